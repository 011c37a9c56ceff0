import Foundation
import TestMaterial

/// A ledger whose heads a time authority stamps, far more often than anybody would, beside one without: slice by slice
/// in turn. Nothing of the log waits for the authority; what it takes is processor time, the authority's own included.
extension Session {
    func measurePostsAndTimestamps() throws {
        try measurePosts()
        guard wants(.postStamped) else { return }
        let plain = try ledger("post")
        try measure(.postStamped) { row in
            guard let authority = try? TimeAuthority(in: URL(fileURLWithPath: "\(folder)/authority")) else {
                row.notes.append("not measured: there is no `openssl` to make a time authority with")
                return
            }
            let script = Checkout.root.appendingPathComponent("Tests/Faults/time-authority.py").path
            let server = try ChildProcess(
                ["/usr/bin/env", "python3", "-u", script, authority.folder.path], errorFile: commands.errorFile)
            let address = try server.line(after: "listening on ", within: 30).rest
            let stamped = try ledger("stamped")
            try stamped.stop()
            try stamped.start(["--timestamp-authority", address, "--timestamp-every", "0.0014"])
            try compare(stamped, plain, &row)
            let stamps = try Folder("\(stamped.data)/timestamps").count(endingWith: ".tsr")
            row.add("stamps", .count, Double(stamps))
            if stamps == 0 { row.note(unexpected: ["no head was stamped": 1]) }
            server.signal(SIGKILL)
            _ = try server.wait()
            try removeLedger("stamped")
        }
    }

    private func compare(_ stamped: Ledger, _ plain: Ledger, _ row: inout Row) throws {
        let span = LoadSpan.seconds(plan.slice, warmUp: plan.warmUp)
        let both = try [stamped, plain].map { ledger in
            LoadGenerator(
                port: ledger.port, sources: try senders(of: ledger, .timeOrdered, connections: 64), expected: [201])
        }
        var (ours, others): ([Served], [Served]) = ([], [])
        for _ in 0..<plan.slices {
            others.append(try grow(plain, &row) { try Served(both[1], span, by: try plain.facts) })
            ours.append(try grow(stamped, &row) { try Served(both[0], span, by: try stamped.facts) })
        }
        row.add("of without", .percent, zip(ours, others).map { 100 * $0.load.rate / $1.load.rate })
        row.addRequests(ours)
    }
}
