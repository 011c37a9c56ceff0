import Glibc

/// How many files and connections a process may have open.
enum OpenFileLimit {
    /// Raises the limit to the most that this process may give itself. Shells and service managers begin with 1,024 for
    /// the sake of programs that use `select`; a server has a descriptor for each connection and for each segment of its
    /// log.
    static func raise() {
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        // Where it is refused, the limit stays what it was.
        setrlimit(files, &limit)
    }
}
