/* What jemalloc is told where it is linked (README): an arena a core instead of four, so that memory that one thread
 * freed is the next one's, and what nobody took again for two seconds goes back to the system, by a thread of jemalloc's
 * own, because otherwise it looks only when something is asked for. The number of arenas covers cores whose numbers are
 * higher than the count of those that the process may use (cpusets): without it jemalloc complains there, or in older
 * versions takes arenas that are not. Other allocators do not know the name. MALLOC_CONF in the environment has the
 * last word. */
const char *malloc_conf = "percpu_arena:percpu,narenas:256,dirty_decay_ms:2000,background_thread:true";
