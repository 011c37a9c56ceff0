import ApprovalEvents
import Verification

func fuzzJSON(_ input: [UInt8]) {
    guard let document = try? JSONDocument(parsing: input) else { return }
    let value = document.withRoot { $0.value }
    let canonical = value.canonicalBytes
    precondition(document.isCanonical == (canonical == input), "a text says whether it is canonical")
    precondition(document.withRoot { $0.canonicalBytes } == canonical, "a text and its copy have one canonical form")
    precondition(JSONDocument(value).bytes == canonical, "a document that is made of a value is its canonical form")
    guard let again = try? JSONValue(parsing: canonical) else {
        preconditionFailure("the canonical form of accepted JSON is accepted")
    }
    precondition(again == value, "the canonical form says the same")
    precondition(again.canonicalBytes == canonical, "the canonical form is its own canonical form")
}

func fuzzEvent(_ input: [UInt8]) {
    let rules = IntakeRules(allowsForeignTypes: true)
    if let events = try? ApprovalEvent.parse(batch: input, rules: rules) { events.forEach(seal) }
    if let event = try? ApprovalEvent.parse(structured: input, rules: rules) { seal(event) }
}

/// Header lines `name: value` as in HTTP, an empty line, and the content.
func fuzzBinaryEvent(_ input: [UInt8]) {
    var headers: [(name: [UInt8], value: [UInt8])] = []
    var contentType: [UInt8]?
    var rest = input[...]
    while let end = rest.firstIndex(of: 0x0A) {
        let line = rest[..<end]
        rest = rest[(end + 1)...]
        if line.isEmpty { break }
        let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { continue }
        let (name, value) = ([UInt8](parts[0]), [UInt8](parts[1].drop { $0 == 0x20 }))
        if name.elementsEqual("content-type".utf8) { contentType = value } else { headers.append((name, value)) }
    }
    let event = try? ApprovalEvent.parse(
        binaryAttributes: headers, contentType: contentType, body: [UInt8](rest),
        rules: IntakeRules(allowsForeignTypes: true))
    if let event { seal(event) }
}

/// An event that was accepted comes back from its canonical submission, seals, and is recognised when it is sent again.
private func seal(_ event: ApprovalEvent) {
    guard
        let again = try? ApprovalEvent.parse(
            structured: event.canonicalSubmission, rules: IntakeRules(allowsForeignTypes: true))
    else { preconditionFailure("a canonical submission is accepted") }
    precondition(again.canonicalSubmission == event.canonicalSubmission, "a submission has one canonical form")
    let time = Timestamp(milliseconds: 1_795_316_400_123)
    let sealed = try? LedgerEntry.seal(event, time: time, caller: "fuzz", salt: [UInt8](repeating: 7, count: 16))
    guard let sealed else { return }
    precondition(event.payload != .opaque, "what was found good can be read as its type")
    guard let entry = try? LedgerEntry(parsing: sealed.bytes) else {
        preconditionFailure("what is sealed is an entry")
    }
    precondition(entry == sealed && entry.identity == event.identity && entry.payload == sealed.payload)
    precondition(entry.compare(event, disclosing: event.disclosures) == .same, "a resend is recognised")
    if let submission = entry.submission(disclosing: event.disclosures) {
        precondition(submission == event.canonicalSubmission, "an entry gives back what was submitted")
    }
}

func fuzzEntry(_ input: [UInt8]) {
    guard let entry = try? LedgerEntry(parsing: input) else { return }
    precondition(entry.bytes == input, "an entry has one form")
    precondition(entry.ledgerTime.ledgerForm.utf8.count == 24, "the ledger's time has 24 bytes")
    _ = entry.submission(disclosing: [])
    _ = entry.concealedDigests
}

func fuzzDisclosure(_ input: [UInt8]) {
    guard let text = String(validating: input, as: UTF8.self), let disclosure = Disclosure(Text(text)) else { return }
    precondition(disclosure.text == Text(text), "a disclosure is kept as it was sent")
}

func fuzzReceipt(_ input: [UInt8]) {
    guard let receipt = try? Receipt(parsing: input) else { return }
    let formatted = receipt.formatted
    precondition((try? Receipt(parsing: formatted)) == receipt, "a receipt that is written out is the same")
}

func fuzzExtractLine(_ input: [UInt8]) {
    if let header = try? ExtractHeader(parsing: input) {
        precondition(header.formatted == input, "an extract's header has one form")
        _ = header.carried
    }
    if let opening = try? OpeningEntry(parsing: input) {
        precondition(opening.formatted == input, "an opening entry has one form")
    }
}
