import Glibc

/// A program that runs beside this one. It dies with it: `setpriv` asks the kernel for that, so that even a killed
/// bench leaves nothing behind.
final class ChildProcess {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// How a program ended.
    struct Ending {
        /// Its exit code; 128 and the signal where one ended it.
        let code: Int32
        /// Seconds of processor time, user and system.
        let cpu: Double
        /// Seconds from its start.
        let seconds: Double
        /// The most memory that it held.
        let peakBytes: Double
    }

    let process: pid_t
    private let name: String
    private let began: UInt64
    private let output: Int32
    private let errorFile: String
    private var said: [UInt8] = []
    private var hasEnded = false

    /// Starts a program.
    ///
    /// - Parameter errorFile: what it says on standard error is appended there.
    init(_ arguments: [String], errorFile: String) throws {
        name = arguments.prefix(2).joined(separator: " ")
        self.errorFile = errorFile
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SystemError("pipe") }
        defer { close(ends[1]) }
        // Other children must not hold it open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        output = ends[0]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, errorFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        var words = (["setpriv", "--pdeathsig", "KILL", "--"] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var process = pid_t()
        began = Clock.now()
        let code = posix_spawnp(&process, "setpriv", &actions, nil, words, environ)
        guard code == 0 else {
            close(output)
            throw SystemError("starting \(arguments.first ?? "")", code: code)
        }
        self.process = process
    }

    deinit {
        if !hasEnded {
            Glibc.kill(process, SIGKILL)
            _ = try? wait()
        }
        close(output)
    }

    /// Waits for a line on standard output that begins with `prefix`, at most `limit` seconds from the start.
    ///
    /// - Returns: the rest of the line, and the seconds from the start until it came.
    func line(after prefix: String, within limit: Double) throws -> (rest: String, seconds: Double) {
        let deadline = began + Clock.nanoseconds(limit)
        while true {
            let lines = String(decoding: said, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            if let line = lines.dropLast().first(where: { $0.hasPrefix(prefix) }) {
                return (String(line.dropFirst(prefix.count)), Clock.seconds(Clock.now() - began))
            }
            guard try read(until: deadline) else { throw failure("did not say \"\(prefix)…\"") }
        }
    }

    /// Everything that it prints until it ends, at most `limit` seconds from now, and how it ended.
    func finish(within limit: Double) throws -> (output: String, ending: Ending) {
        let deadline = Clock.now() + Clock.nanoseconds(limit)
        while try read(until: deadline) {}
        let ending = try wait()
        return (String(decoding: said, as: UTF8.self), ending)
    }

    func signal(_ signal: Int32) { if !hasEnded { Glibc.kill(process, signal) } }

    @discardableResult
    func wait() throws -> Ending {
        var status: Int32 = 0
        var usage = rusage()
        while wait4(process, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw SystemError("waiting for \(name)") }
        }
        hasEnded = true
        let signal = status & 0x7F
        return Ending(
            code: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, cpu: usage.cpuSeconds,
            seconds: Clock.seconds(Clock.now() - began), peakBytes: Double(usage.ru_maxrss) * 1_024)
    }

    func failure(_ what: String) -> Failed {
        let complaints = ((try? SmallFile.read(errorFile)) ?? "").suffix(2_000)
        let output = String(decoding: said.suffix(2_000), as: UTF8.self)
        return Failed(description: "\(name) \(what)\n\(output)\(complaints)")
    }

    /// Reads some of its output. False at the end of it.
    private func read(until deadline: UInt64) throws -> Bool {
        let now = Clock.now()
        var poll = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        let milliseconds = now < deadline ? Int32(clamping: (deadline - now) / 1_000_000 + 1) : 0
        let ready = Glibc.poll(&poll, 1, milliseconds)
        if ready < 0, errno == EINTR { return true }
        guard ready > 0 else { throw failure("took too long") }
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        let count = Glibc.read(output, &piece, piece.count)
        guard count > 0 else { return count < 0 && errno == EINTR }
        said += piece[..<count]
        return true
    }
}

/// The commands that were built, and what is run with them.
struct Commands {
    /// The folder of the executables.
    let folder: String
    /// Where they say what troubles them.
    let errorFile: String

    func start(_ name: String, _ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(["\(folder)/\(name)"] + arguments, errorFile: errorFile)
    }

    /// Runs a command to its end.
    ///
    /// - Throws: where it ends with another code than those that are fine.
    @discardableResult
    func run(
        _ name: String, _ arguments: [String], codes: Set<Int32> = [0], within limit: Double = 60
    ) throws -> (output: String, ending: ChildProcess.Ending) {
        let child = try start(name, arguments)
        let (output, ending) = try child.finish(within: limit)
        guard codes.contains(ending.code) else { throw child.failure("ended with \(ending.code)") }
        return (output, ending)
    }

    /// Whether a command's help names an option.
    func offers(_ option: String, _ command: [String]) throws -> Bool {
        let arguments = Array(command.dropFirst()) + ["--help"]
        return try run(command[0], arguments).output.split(whereSeparator: { " \n,[]=".contains($0) })
            .contains(option[...])
    }
}
