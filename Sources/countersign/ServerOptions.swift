import ArgumentParser

/// Where the server is and as whom to ask it.
struct ServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The ledger's address.", valueName: "URL"))
    var server: String

    @Option(help: ArgumentHelp("File whose first line is the bearer token.", valueName: "FILE"))
    var tokenFile: String

    func client() throws -> ServerClient {
        try ServerClient(server: server, token: Files.readToken(tokenFile))
    }
}
