import ApprovalEvents
import ArgumentParser
import Foundation
import LedgerEngine
import LedgerHTTP
import MerkleTree

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
            A caller may submit events whose source lies below one of its prefixes (whole path segments) and whose \
            type matches one of its patterns (`*` is any run of characters). Policies, rosters and identities need a \
            pattern that names them. Works beside a running server and without one; the change is an entry of the log.

            Example:

              countersign token create --data ledger --name gateway-eu-1 \\
                --role submit --role read --source /gateways/eu-1 \\
                --types 'dev.countersign.approval.*' > gateway.token
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

    @Option(help: ArgumentHelp("When the token ends, such as 2027-01-01T00:00:00Z. Default: never.", valueName: "TIME"))
    var notAfter: String?

    @OptionGroup var orderedBy: OperatorOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try ledger.directory.requireLedger()
        let principal = try orderedBy.resolved()
        let made: JSONObject
        if let control = ControlClient(ledger.directory) {
            made = try await create(through: control)
        } else {
            made = try await create(by: principal)
        }
        guard case .string(let token)? = made["token"] else {
            throw CommandFailure.failed("the caller was made, and its token was not said: revoke it")
        }
        output.print(made, or: token.string)
    }

    private func create(through control: ControlClient) async throws -> JSONObject {
        var order = orderedBy.order
        order["caller"] = name
        order["roles"] = roles
        order["source_prefixes"] = source
        order["types"] = types
        order["not_after"] = notAfter
        return try await control.post("/admin/callers", order)
    }

    private func create(by principal: Principal) async throws -> JSONObject {
        do {
            let order = try CallerOrder(
                id: Text(name), roles: roles.map { Text($0) }, sources: source.map { Text($0) },
                types: types.map { Text($0) }, notAfter: notAfter.map { Text($0) })
            let (opened, _) = try await ledger.directory.open(passphrase: ledger.passphrase())
            let issued = try await Administration(opened).create(order, by: principal)
            await opened.sequencer.shutDown()
            return issued.json
        } catch let problem as Problem {
            throw CommandFailure(problem)
        }
    }

    /// `admin` is short for the log's word.
    private var roles: [String] { role.map { $0 == "admin" ? "administer" : $0 } }
}

struct TokenListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List every caller that ever was, without anything secret.",
        discussion: """
            Example:

              countersign token list --data ledger
            """
    )

    @Option(help: ArgumentHelp("The ledger's directory.", valueName: "DIR"))
    var data: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let directory = LedgerDirectory(path: data)
        try directory.requireLedger()
        for caller in try CallerRegistry(directory: directory.callersFolder).all {
            output.print(caller.listing, or: Self.words(caller))
        }
    }

    private static func words(_ caller: Caller) -> String {
        func list(_ words: [Text]) -> String { words.map(\.string).joined(separator: ", ") }
        var words = ["\(caller.id): \(list(caller.roles.sorted().map { Text($0.rawValue) }))"]
        if !caller.grant.sources.isEmpty { words.append("sources \(list(caller.grant.sources.map(\.text)))") }
        if !caller.grant.types.isEmpty { words.append("types \(list(caller.grant.types.map(\.text)))") }
        words.append("\(caller.credential)")
        words.append("since \(caller.created.ledgerForm)")
        if let end = caller.notAfter { words.append("until \(end.ledgerForm)") }
        if let end = caller.revoked { words.append("revoked \(end.ledgerForm)") }
        return words.joined(separator: "; ")
    }
}

struct TokenRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke a caller's token: it stops working at once; the change is an entry of the log.",
        discussion: """
            Works beside a running server and without one. The caller's id is never given again. Revoking once more \
            changes nothing and names the same entry.

            Example:

              countersign token revoke --data ledger --name gateway-eu-1
            """
    )

    @OptionGroup var ledger: LedgerOptions

    @Option(help: ArgumentHelp("The caller's id.", valueName: "NAME"))
    var name: String

    @OptionGroup var orderedBy: OperatorOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try ledger.directory.requireLedger()
        let principal = try orderedBy.resolved()
        guard let id = CallerID(Text(name)) else { throw CommandFailure.usage("\(name) cannot be a caller's id") }
        let index: JSONValue
        if let control = ControlClient(ledger.directory) {
            let answer = try await control.post("/admin/callers/\(name)/revoke", orderedBy.order)
            index = answer["index"] ?? .null
        } else {
            index = try await revoke(id, by: principal)
        }
        output.print(["caller": .text(name), "index": index], or: "revoked \(name)")
    }

    private func revoke(_ id: CallerID, by principal: Principal) async throws -> JSONValue {
        do {
            let (opened, _) = try await ledger.directory.open(passphrase: ledger.passphrase())
            let index = try await Administration(opened).revoke(id, by: principal)
            await opened.sequencer.shutDown()
            return .count(index.value)
        } catch let problem as Problem {
            throw CommandFailure(problem)
        }
    }
}
