/* What jemalloc is told where it is linked (README): an arena a core instead of four, so that memory that one thread
 * freed is the next one's, and what nobody took again for two seconds goes back to the system. Other allocators do
 * not know the name. MALLOC_CONF in the environment has the last word. */
const char *malloc_conf = "percpu_arena:percpu,dirty_decay_ms:2000";
