import CSpawn
import Foundation
import Glibc
import Synchronization

/// A program that runs beside the tests, with nothing of theirs open but what it is given. It is killed when its
/// owner goes.
///
/// Foundation's `Process` is not used: it walks over this process's open files in a way that reads beyond a page
/// where they are more than 1,300, and tests of a server have that many.
public final class ChildProcess: Sendable {
    /// Where what it prints goes.
    public enum Output {
        case discarded
        /// The file is made anew.
        case file(URL)
        /// To `output`, where the test reads it.
        case pipe
    }

    private enum State {
        case running
        case ended(Int32)
    }

    public let identifier: pid_t
    /// The reading end of its standard output, where that is a pipe. At its end where it is none.
    public let output: FileHandle
    private let state = Mutex(State.running)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - executable: the file; it is not looked for.
    ///   - folder: where it runs; else where the tests do.
    ///   - environment: in addition to the tests' own, and before it.
    ///   - input: a file; else there is nothing to read.
    public init(
        _ executable: URL, _ arguments: [String] = [], in folder: URL? = nil, environment: [String: String] = [:],
        input: URL? = nil, output: Output = .discarded, errors: Output = .discarded
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let folder { posix_spawn_file_actions_addchdir_np(&actions, folder.path) }
        posix_spawn_file_actions_addopen(&actions, 0, input?.path ?? "/dev/null", O_RDONLY, 0)
        let pipe = Pipe()
        for (descriptor, output) in [(Int32(1), output), (2, errors)] {
            switch output {
            case .discarded: posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
            case .file(let file):
                posix_spawn_file_actions_addopen(
                    &actions, descriptor, file.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            case .pipe:
                posix_spawn_file_actions_adddup2(&actions, pipe.fileHandleForWriting.fileDescriptor, descriptor)
            }
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        identifier = try Self.spawn(
            [executable.path] + arguments, ProcessInfo.processInfo.environment.merging(environment) { $1 }, &actions)
        try pipe.fileHandleForWriting.close()
        self.output = pipe.fileHandleForReading
    }

    /// A thread of the tests may have signals blocked, or ignore them: the program begins with neither.
    private static func spawn(
        _ words: [String], _ environment: [String: String], _ actions: inout posix_spawn_file_actions_t
    ) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let arguments = words.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in arguments + variables { free(word) } }
        var identifier = pid_t()
        let code = posix_spawn(&identifier, words[0], &actions, &attributes, arguments, variables)
        guard code == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO, userInfo: [NSFilePathErrorKey: words[0]])
        }
        return identifier
    }

    deinit {
        if isRunning { kill() }
    }

    public var isRunning: Bool { ending(waiting: false) == nil }

    /// Waits for its end. Its exit code; the signal where one ended it.
    @discardableResult
    public func waitUntilExit() -> Int32 {
        while true {
            if let code = ending(waiting: true) { return code }
        }
    }

    public func signal(_ signal: Int32) {
        state.withLock { if case .running = $0 { Glibc.kill(identifier, signal) } }
    }

    /// `kill -9`, and waits.
    public func kill() {
        signal(SIGKILL)
        waitUntilExit()
    }

    /// Its exit code, once it has one. Waits without taking its end, so that another thread may kill it meanwhile.
    private func ending(waiting: Bool) -> Int32? {
        if waiting {
            var information = siginfo_t()
            _ = waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT)
        }
        return state.withLock { state in
            if case .ended(let code) = state { return code }
            var status: Int32 = 0
            guard waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
            let code = status & 0x7F == 0 ? status >> 8 & 0xFF : status & 0x7F
            state = .ended(code)
            return code
        }
    }
}
