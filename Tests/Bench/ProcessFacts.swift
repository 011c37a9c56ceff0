import Foundation

/// What Linux says of a process, and of the machine's time.
struct ProcessFacts {
    let process: pid_t

    /// Seconds of processor time since the process began, user and system, all threads. Counted in ticks of 10 ms.
    func cpu() throws -> Double {
        guard let facts = try Self.stat(of: "\(process)") else {
            throw SystemError("/proc/\(process)/stat", code: EINVAL)
        }
        return facts.cpu
    }

    /// Seconds of processor time of this process, and of its children, those that have ended too.
    static func familyCPU() -> Double {
        var ended = rusage()
        getrusage(RUSAGE_CHILDREN.rawValue, &ended)
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let living = all.filter { $0.allSatisfy(\.isNumber) }.compactMap { try? stat(of: $0) }
        return living.filter { $0.parent == getpid() }.map(\.cpu).reduce(ownCPU() + ended.cpuSeconds, +)
    }

    private static func stat(of process: String) throws -> (parent: pid_t, cpu: Double)? {
        let text = try SmallFile.read("/proc/\(process)/stat")
        // The second field is the command in parentheses and may hold anything; the third follows the last of them.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let parent = pid_t(fields[2]), let user = Double(fields[12]),
            let system = Double(fields[13])
        else { return nil }
        return (parent, (user + system) / Double(sysconf(Int32(_SC_CLK_TCK))))
    }

    /// Bytes of memory that the process holds now.
    func residentBytes() throws -> Double { try status("VmRSS:") }

    /// The most that it held since it began or since `forgetPeak`.
    func peakBytes() throws -> Double { try status("VmHWM:") }

    func forgetPeak() throws { try SmallFile.write("5", to: "/proc/\(process)/clear_refs") }

    private func status(_ name: String) throws -> Double {
        let lines = try SmallFile.read("/proc/\(process)/status").split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix(name) }),
            let kibibytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({
                Double($0)
            })
        else { throw SystemError("\(name) in /proc/\(process)/status", code: EINVAL) }
        return kibibytes * 1_024
    }

    /// Seconds of processor time of this process.
    static func ownCPU() -> Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return usage.cpuSeconds
    }
}

extension rusage {
    var cpuSeconds: Double {
        Double(ru_utime.tv_sec + ru_stime.tv_sec) + Double(ru_utime.tv_usec + ru_stime.tv_usec) / 1e6
    }
}

/// Files of a few kilobytes, such as those of /proc.
enum SmallFile {
    static func read(_ path: String) throws -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError(path) }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece[..<count]
        }
    }

    static func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError(path) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw SystemError(path) }
    }
}
