import Foundation
import TestMaterial

/// A ledger whose heads somebody outside vouches for, beside one without: slice by slice in turn. Nothing of the log
/// waits for them; what they take is processor time, their own included, for they run on this machine too.
extension Session {
    func measureVouchedPosts() throws {
        guard wants(.postStamped) || wants(.postCosigned) else { return }
        let plain = try ledger("post")
        try measure(.postStamped) { row in try measureStamped(beside: plain, &row) }
        try measure(.postCosigned) { row in try measureCosigned(beside: plain, &row) }
    }

    /// A time authority, asked far more often than anybody would.
    private func measureStamped(beside plain: Ledger, _ row: inout Row) throws {
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

    /// Two witnesses, both of whom have to cosign.
    private func measureCosigned(beside plain: Ledger, _ row: inout Row) throws {
        let cosigned = try ledger("cosigned")
        try cosigned.stop()
        let logKey = try SmallFile.read("\(cosigned.data)/keys/log.vkey").trimmingCharacters(
            in: .whitespacesAndNewlines)
        var witnesses: [ChildProcess] = []
        var policy = "log \(logKey)\n"
        for name in ["w1", "w2"] {
            let state = "\(folder)/\(name)"
            let key = try commands.run(
                "countersign", ["witness", "init", "--state", state, "--name", "\(name).bench.example"]
            ).output.trimmingCharacters(in: .whitespacesAndNewlines)
            try commands.run("countersign", ["witness", "add-log", "--state", state, "--vkey", logKey])
            let witness = try commands.start(
                "countersign", ["witness", "serve", "--state", state, "--listen", "127.0.0.1:0"])
            policy += "witness \(name) \(key) \(try witness.line(after: "listening on ", within: 30).rest)\n"
            witnesses.append(witness)
        }
        policy += "group both all w1 w2\nquorum both\n"
        let file = "\(folder)/witnesses.policy"
        try Data(policy.utf8).write(to: URL(fileURLWithPath: file))
        try cosigned.start(["--witnesses", file])
        try compare(cosigned, plain, &row)
        let head = String(decoding: try HTTPRequest.fetch("/checkpoint", port: cosigned.port), as: UTF8.self)
        if !["w1", "w2"].allSatisfy({ head.contains("\($0).bench.example ") }) {
            row.note(unexpected: ["the head shown has not both cosignatures": 1])
        }
        for witness in witnesses {
            witness.signal(SIGKILL)
            _ = try witness.wait()
        }
        try removeLedger("cosigned")
    }

    private func compare(_ vouched: Ledger, _ plain: Ledger, _ row: inout Row) throws {
        let span = LoadSpan.seconds(plan.slice, warmUp: plan.warmUp)
        let both = try [vouched, plain].map { ledger in
            LoadGenerator(
                port: ledger.port, sources: try senders(of: ledger, .timeOrdered, connections: 64), expected: [201])
        }
        var (ours, others): ([Served], [Served]) = ([], [])
        for _ in 0..<plan.slices {
            others.append(try grow(plain, &row) { try Served(both[1], span, by: try plain.facts) })
            ours.append(try grow(vouched, &row) { try Served(both[0], span, by: try vouched.facts) })
        }
        row.add("of without", .percent, zip(ours, others).map { 100 * $0.load.rate / $1.load.rate })
        row.addRequests(ours)
    }
}
