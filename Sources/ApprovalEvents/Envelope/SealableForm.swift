import LedgerCrypto

/// The canonical form of an event without the ledger's three attributes, and the places where they go.
///
/// Sealing is then a copy of a few pieces: no tree is walked and nothing is parsed where only one thread may work.
struct SealableForm: Sendable {
    let bytes: [UInt8]
    private let cuts: Cuts

    init(_ draft: borrowing EventDraft) {
        if let event = draft.asGiven {
            self.init(asGiven: event)
        } else {
            self.init(writing: draft)
        }
    }

    /// The form of an event that came with the same members, if in another order or spelling.
    private init(asGiven event: JSONPart) {
        var cuts = Cuts()
        bytes = event.withNode { object in
            guard object.record.isPlain else {
                return object.canonicalBytes { name, offset in name.withStringBytes { cuts.pass($0, at: offset) } }
            }
            for (name, _) in object.members {
                name.withStringBytes { cuts.pass($0, at: name.offset - object.offset) }
            }
            let given = event.document.bytes
            return object.literal.count == given.count ? given : Array(object.literal)
        }
        self.cuts = cuts
    }

    /// The form of an event that came in another mode, or was changed on its way in.
    init(writing draft: borrowing EventDraft) {
        var output: [UInt8] = []
        var cuts = Cuts()
        var body = BodyMember(draft.body)
        output.reserveCapacity(512 + (body?.size ?? 0))
        output.append(UInt8(ascii: "{"))
        for attribute in draft.attributes {
            if let member = body, member.name.precedesInUTF16(attribute.name) {
                member.write(to: &output)
                output.append(UInt8(ascii: ","))
                body = nil
            }
            attribute.name.withBytes { cuts.pass($0, at: output.count) }
            attribute.name.writeCanonical(to: &output)
            output.append(UInt8(ascii: ":"))
            attribute.value.writeCanonical(to: &output)
            output.append(UInt8(ascii: ","))
        }
        if let body { body.write(to: &output) } else { output.removeLast() }
        output.append(UInt8(ascii: "}"))
        bytes = output
        self.cuts = cuts
    }

    /// The canonical form with the three attributes.
    func sealed(caller: Text, salt: [UInt8], time: Timestamp) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + 128 + caller.utf8.count)
        seal(caller: caller, salt: salt[...], time: time, onto: &output)
        return output
    }

    /// Appends the canonical form with the three attributes.
    func seal(caller: Text, salt: ArraySlice<UInt8>, time: Timestamp, onto output: inout [UInt8]) {
        bytes.withUnsafeBufferPointer { bytes in
            output += bytes[..<cuts.caller]
            output.append(#""ledgercaller":"#)
            caller.writeCanonical(to: &output)
            output.append(UInt8(ascii: ","))
            output += bytes[cuts.caller..<cuts.salt]
            output.append(#""ledgersalt":""#)
            Base64URL.append(salt, to: &output)
            output.append(#"","#)
            output += bytes[cuts.salt..<cuts.time]
            output.append(#""ledgertime":""#)
            time.write(fractionDigits: 3, to: &output)
            output.append(#"","#)
            output += bytes[cuts.time...]
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ literal: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
}

/// Offsets at which the ledger's attributes begin. A member always follows each, because `source`, `specversion` and
/// `type` do.
private struct Cuts: Sendable {
    private(set) var caller = 0
    private(set) var salt = 0
    private(set) var time = 0

    /// Takes note of a member that begins at `offset`. Members come in canonical order.
    mutating func pass(_ name: UnsafeBufferPointer<UInt8>, at offset: Int) {
        if caller == 0, Self.isBefore("ledgercaller", name) { caller = offset }
        if salt == 0, Self.isBefore("ledgersalt", name) { salt = offset }
        if time == 0, Self.isBefore("ledgertime", name) { time = offset }
    }

    private static func isBefore(_ attribute: StaticString, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        let bytes = UnsafeBufferPointer(start: attribute.utf8Start, count: attribute.utf8CodeUnitCount)
        return Text.precedesInUTF16(bytes, name)
    }
}

/// The body as a member of the event.
private enum BodyMember {
    case data(JSONPart)
    case base64([UInt8])

    init?(_ body: EventDraft.Body) {
        switch body {
        case .none: return nil
        case .json(let data): self = .data(data)
        case .bytes(let bytes): self = .base64(bytes)
        }
    }

    var name: Text {
        switch self {
        case .data: "data"
        case .base64: "data_base64"
        }
    }

    /// About how many bytes it takes.
    var size: Int {
        switch self {
        case .data(let data): data.withNode { $0.literal.count }
        case .base64(let bytes): bytes.count / 3 * 4
        }
    }

    func write(to output: inout [UInt8]) {
        name.writeCanonical(to: &output)
        output.append(UInt8(ascii: ":"))
        switch self {
        case .data(let data): data.withNode { $0.writeCanonical(to: &output) }
        case .base64(let bytes):
            output.append(UInt8(ascii: "\""))
            output += Base64.encode(bytes)
            output.append(UInt8(ascii: "\""))
        }
    }
}
