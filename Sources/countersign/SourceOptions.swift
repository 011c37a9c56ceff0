import ArgumentParser
import SignedNotes

/// From where a period is cut: the files of a ledger on this machine, or a server; and whose word is taken for it.
struct SourceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A ledger's directory on this machine.", valueName: "DIR"))
    var data: String?

    @Option(
        help: ArgumentHelp("File whose first line opens the signing key, where it has a passphrase.", valueName: "FILE")
    )
    var passphraseFile: String?

    @Option(help: ArgumentHelp("A ledger's address, instead of --data.", valueName: "URL"))
    var server: String?

    @Option(help: ArgumentHelp("With --server: file whose first line is the bearer token.", valueName: "FILE"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("Your trust file. With --data the ledger's own is the default.", valueName: "TRUST"))
    var trust: String?

    /// Whether any ledger is named, as against a file of evidence.
    var namesLedger: Bool { data != nil || server != nil }

    func extraction() throws -> Extraction {
        switch (data, server) {
        case (let data?, nil):
            guard tokenFile == nil else { throw CommandFailure.usage("--token-file belongs to --server") }
            return .files(
                LedgerDirectory(path: data),
                passphrase: try passphraseFile.map { try Files.readPassphrase($0) })
        case (nil, let server?):
            guard passphraseFile == nil else { throw CommandFailure.usage("--passphrase-file belongs to --data") }
            guard let tokenFile else {
                throw CommandFailure.usage("--token-file is missing: the server asks who wants to read")
            }
            return .server(try ServerClient(server: server, token: Files.readToken(tokenFile)))
        case (nil, nil), (.some, .some):
            throw CommandFailure.usage("name either --data DIR or --server URL")
        }
    }

    /// Under which keys it has to hold. What a server sends is never verified under keys that came from it.
    func trustPolicy() throws -> TLogPolicy {
        if let trust { return try LedgerDirectory.trust(file: trust) }
        guard let data else {
            throw CommandFailure.usage(
                "--trust is missing: only with --data is there a trust file that goes without saying")
        }
        return try LedgerDirectory(path: data).trust()
    }
}
