/// Why a command ends without success: one sentence for the one who must act, and the exit code for his script.
struct CommandFailure: Error, CustomStringConvertible {
    static let failed: Int32 = 1
    static let usage: Int32 = 2
    static let notReached: Int32 = 4

    let message: String
    let code: Int32
    var description: String { message }

    /// Something was refused or went wrong.
    static func failed(_ message: String) -> CommandFailure { CommandFailure(message: message, code: failed) }

    /// The question itself was wrong: an option, a missing or unreadable file.
    static func usage(_ message: String) -> CommandFailure { CommandFailure(message: message, code: usage) }

    /// The server did not answer: nothing is known to be lost, and running again is safe.
    static func notReached(_ message: String) -> CommandFailure { CommandFailure(message: message, code: notReached) }
}
