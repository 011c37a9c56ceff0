import LedgerCrypto

/// The canonical form of an event without the ledger's three attributes, and the places where they go.
///
/// Sealing is then a copy of a few pieces: no tree is walked and nothing is parsed where only one thread may work.
struct SealableForm: Hashable, Sendable {
    let bytes: [UInt8]
    /// Offsets in `bytes` at which `ledgercaller`, `ledgersalt` and `ledgertime` begin. A member always follows each,
    /// because `source`, `specversion` and `type` do.
    private let cuts: [Int]

    init(_ attributes: JSONObject) {
        var output: [UInt8] = []
        output.reserveCapacity(1024)
        var cuts: [Int] = []
        output.append(UInt8(ascii: "{"))
        for (index, member) in attributes.members.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            while cuts.count < 3, Self.names[cuts.count].precedesInUTF16(member.name) { cuts.append(output.count) }
            JSONObject.writeMember(member, to: &output)
        }
        output.append(UInt8(ascii: "}"))
        bytes = output
        self.cuts = cuts
    }

    private static let names: [Text] = ["ledgercaller", "ledgersalt", "ledgertime"]

    /// The canonical form with the three attributes.
    func sealed(caller: Text, salt: Text, time: Text) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + 128 + caller.utf8.count)
        var copied = 0
        for (cut, member) in zip(cuts, zip(Self.names, [caller, salt, time])) {
            output += bytes[copied..<cut]
            JSONObject.writeMember((member.0, .string(member.1)), to: &output)
            output.append(UInt8(ascii: ","))
            copied = cut
        }
        output += bytes[copied...]
        return output
    }
}
