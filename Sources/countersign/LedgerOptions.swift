import ApprovalEvents
import ArgumentParser
import Foundation

/// Which ledger on this machine, and how to open its key.
struct LedgerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The ledger's directory.", valueName: "DIR"))
    var data: String

    @Option(
        help: ArgumentHelp(
            "File whose first line opens the signing keys, where they have a passphrase.", valueName: "FILE")
    )
    var passphraseFile: String?

    var directory: LedgerDirectory { LedgerDirectory(path: data) }

    func passphrase() throws -> [UInt8]? {
        try passphraseFile.map { try Files.readPassphrase($0) }
    }
}

/// Who orders an administrative change. It stands in the log.
struct OperatorOptions: ParsableArguments {
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "Who orders this, such as okta:00u1. Default: os:USER@HOST, which is marked unverified.",
            valueName: "PRINCIPAL"))
    var principal: String?

    var id: String { principal ?? Self.systemName }

    private static var systemName: String { "os:\(NSUserName())@\(ProcessInfo.processInfo.hostName)" }

    /// Whoever runs this process, by the system's word.
    static func systemUser() throws -> Principal {
        guard let pid = PrincipalID(Text(systemName)) else {
            throw CommandFailure.failed("the system's user \(systemName) cannot be named in the log")
        }
        return Principal(kind: .human, id: pid, auth: Auth(method: "os-login", strength: .none))
    }

    /// What a command that was not told who orders says of the system's user: nobody verified him.
    private var auth: Auth? { principal == nil ? Auth(method: "os-login", strength: .none) : nil }

    /// The same for the control socket: `by`, and `by_auth` where there is something to say.
    var order: [String: Any] {
        guard let auth else { return ["by": id] }
        return ["by": id, "by_auth": ["method": auth.method.string, "strength": auth.strength.rawValue]]
    }

    func resolved() throws -> Principal {
        guard let pid = PrincipalID(Text(id)) else {
            throw CommandFailure.usage("--as takes a principal such as okta:00u1, not \(id)")
        }
        return Principal(kind: .human, id: pid, auth: auth)
    }
}
