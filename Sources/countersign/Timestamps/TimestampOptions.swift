import ArgumentParser
import LogFiles
import NIOCore

/// Which time authority is asked, and under which CA its answers are taken.
struct TimestampOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("A time authority (RFC 3161), such as http://tsa.example.com/tsr.", valueName: "URL"))
    var timestampAuthority: String?

    @Option(
        help: ArgumentHelp(
            "Certificates in PEM: take only what an authority under one of them signed.", valueName: "FILE"))
    var timestampCa: String?

    @Option(help: ArgumentHelp("Seconds that the authority may take.", valueName: "S"))
    var timestampTimeout: UInt32 = 20

    /// nil where no authority was named.
    func authority() throws -> TimestampAuthority? {
        guard let timestampAuthority else {
            guard timestampCa == nil else {
                throw CommandFailure.usage("--timestamp-ca belongs to --timestamp-authority")
            }
            return nil
        }
        guard timestampTimeout > 0 else { throw CommandFailure.usage("--timestamp-timeout takes seconds, 1 at least") }
        return try TimestampAuthority(
            timestampAuthority, caFile: timestampCa, patience: .seconds(Int64(timestampTimeout)))
    }

    func stamping(_ directory: LedgerDirectory) throws -> HeadStamping? {
        try authority().map { HeadStamping(authority: $0, folder: directory.timestamps) }
    }
}

extension LedgerDirectory {
    var timestamps: TimestampFolder { TimestampFolder(path) }
}
