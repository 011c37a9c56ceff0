import ApprovalEvents
import ArgumentParser
import Foundation
import LedgerEngine
import LedgerHTTP

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Create, list and revoke the bearer tokens of callers.",
        subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self]
    )
}

struct TokenCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a caller, and print its token: this once, and alone on standard output.",
        discussion: """
            A caller may submit events whose source lies below one of its prefixes (whole path segments) and whose
            type matches one of its patterns (`*` is any run of characters). Policies, rosters and identities need a
            pattern that names them. Works beside a running server and without one; the change is an entry of the log.

            Example: countersign token create --data ledger --name gateway-eu-1 --role submit --role read \\
                       --source /gateways/eu-1 --types 'dev.countersign.approval.*' > gateway.token
            """
    )

    @OptionGroup var ledger: LedgerOptions

    @Option(help: ArgumentHelp("The caller's id; never given again.", valueName: "NAME"))
    var name: String

    @Option(help: "submit, read, audit or admin (repeats).")
    var role: [String]

    @Option(
        help: ArgumentHelp("Source prefix it may submit under, such as /gateways/eu-1 (repeats).", valueName: "PREFIX"))
    var source: [String] = []

    @Option(help: ArgumentHelp("Event type pattern it may submit (repeats).", valueName: "PATTERN"))
    var types: [String] = []

    @Option(help: ArgumentHelp("The token's last day, such as 2027-01-01T00:00:00Z.", valueName: "TIME"))
    var notAfter: String?

    @OptionGroup var orderedBy: OperatorOptions

    func run() async throws {
        try ledger.directory.requireLedger()
        let principal = try orderedBy.resolved()
        if let control = ControlClient(ledger.directory) {
            var order: [String: Any] = [
                "caller": name, "roles": roles, "source_prefixes": source, "types": types, "by": orderedBy.id,
            ]
            if let notAfter { order["not_after"] = notAfter }
            let made = try await control.post("/admin/callers", order)
            print(made["token"] as? String ?? "")
            return
        }
        do {
            let order = try CallerOrder(
                id: Text(name), roles: roles.map { Text($0) }, sources: source.map { Text($0) },
                types: types.map { Text($0) }, notAfter: notAfter.map { Text($0) })
            let (opened, _) = try await ledger.directory.open(passphrase: ledger.passphrase())
            let issued = try await Administration(opened).create(order, by: principal)
            await opened.sequencer.shutDown()
            print(issued.token.text)
        } catch let problem as Problem {
            throw CommandFailure(problem)
        }
    }

    /// `admin` is short for the log's word.
    private var roles: [String] { role.map { $0 == "admin" ? "administer" : $0 } }
}

struct TokenListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List every caller that ever was, without anything secret, as JSON lines.")

    @Option(help: ArgumentHelp("The ledger's directory.", valueName: "DIR"))
    var data: String

    func run() async throws {
        let directory = LedgerDirectory(path: data)
        try directory.requireLedger()
        for caller in try CallerRegistry(directory: directory.callersFolder).all {
            print(String(decoding: JSONValue.object(Self.line(caller)).canonicalBytes, as: UTF8.self))
        }
    }

    private static func line(_ caller: Caller) -> JSONObject {
        func list(_ texts: [Text]) -> JSONValue { .array(texts.map { .string($0) }) }
        var line: JSONObject = [
            "caller": .string(caller.id.text), "credential": .string(caller.credential),
            "created": .string(caller.created.ledgerForm),
            "roles": list(caller.roles.map { Text($0.rawValue) }.sorted()),
            "source_prefixes": list(caller.grant.sources.map(\.text)), "types": list(caller.grant.types.map(\.text)),
        ]
        if let end = caller.notAfter { line["not_after"] = .string(end.ledgerForm) }
        if let end = caller.revoked { line["revoked"] = .string(end.ledgerForm) }
        return line
    }
}

struct TokenRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke a caller's token: it stops working at once; the change is an entry of the log.")

    @OptionGroup var ledger: LedgerOptions

    @Option(help: ArgumentHelp("The caller's id.", valueName: "NAME"))
    var name: String

    @OptionGroup var orderedBy: OperatorOptions

    func run() async throws {
        try ledger.directory.requireLedger()
        let principal = try orderedBy.resolved()
        guard let id = CallerID(Text(name)) else { throw CommandFailure.usage("\(name) cannot be a caller's id") }
        if let control = ControlClient(ledger.directory) {
            _ = try await control.post("/admin/callers/\(name)/revoke", ["by": orderedBy.id])
        } else {
            do {
                let (opened, _) = try await ledger.directory.open(passphrase: ledger.passphrase())
                _ = try await Administration(opened).revoke(id, by: principal)
                await opened.sequencer.shutDown()
            } catch let problem as Problem {
                throw CommandFailure(problem)
            }
        }
        print("revoked \(name)")
    }
}
