import Foundation
import TestMaterial
import Testing

/// The tests' own way to start programs.
struct ChildProcessTests {
    private static let openFiles = sysconf(Int32(_SC_OPEN_MAX))

    @Test(.enabled(if: openFiles > 4_000, "this machine allows too few open files for it: ulimit -n"))
    func `with thousands of files open, a program starts and has none of them`() throws {
        let open = (0..<2_000).map { _ in dup(0) }
        defer { for file in open where file >= 0 { close(file) } }
        try #require(open.allSatisfy { $0 >= 0 }, "the limit of open files is too low: ulimit -n")
        for _ in 0..<20 {
            let listed = try runCommand(URL(fileURLWithPath: "/bin/ls"), ["/proc/self/fd"])
            // The fourth is the folder that it lists.
            #expect(listed.output == "0\n1\n2\n3\n" && listed.code == 0, "\(listed)")
        }
    }

    @Test func `how a program ends is told; a blocked signal reaches it`() throws {
        let shell = URL(fileURLWithPath: "/bin/sh")
        #expect(try ChildProcess(shell, ["-c", "exit 7"]).waitUntilExit() == 7)
        var blocked = sigset_t()
        var before = sigset_t()
        sigemptyset(&blocked)
        sigaddset(&blocked, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &blocked, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let sleeper = try ChildProcess(URL(fileURLWithPath: "/bin/sleep"), ["600"])
        #expect(sleeper.isRunning)
        sleeper.signal(SIGTERM)
        #expect(sleeper.waitUntilExit() == SIGTERM && !sleeper.isRunning)
        #expect(throws: (any Error).self) { try ChildProcess(URL(fileURLWithPath: "/bin/none-such")) }
    }
}
