import ApprovalEvents
import HTTPTypes
import Hummingbird
import LedgerEngine
import MerkleTree
import Verification

/// `POST /v1/events`.
///
/// The order is: who is asking; is it something we read; is there room; does it parse; may he; then the ledger. So nobody learns
/// what is stored who may not, and nothing reaches the sequencer that could be refused without it.
///
/// The steps are here once. A single event of known length is taken through them by `DirectHandler` on its
/// connection's event loop, everything else by the route below.
extension LedgerResponder {
    func submit(_ request: Request, _ query: Substring?) async throws -> Response {
        let fields = SubmissionFields(request.headers)
        var shown: ShownCredential?
        let caller = try submitter(fields, after: &shown)
        do {
            _ = try Query(query, names: [])
            return try await submit(request, fields, from: caller)
        } catch {
            if !(error is BodyInterrupted) { noteRefusal(error, of: caller) }
            throw error
        }
    }

    private func submit(
        _ request: Request, _ fields: SubmissionFields, from caller: Caller
    ) async throws -> Response {
        switch try deliveryMode(fields) {
        case .structured, .binary:
            let body = try await collect(request, limit: configuration.limits.event)
            let event = try event(in: body, fields, from: caller)
            return Response(try answer(to: await submit([event], of: caller)))
        case .batch: return try await submitBatch(request, from: caller)
        case .lines: return submitLines(request, from: caller)
        }
    }

    /// Who submits. A refusal is counted under the one who was refused.
    func submitter(_ fields: SubmissionFields, after shown: inout ShownCredential?) throws(Problem) -> Caller {
        // Until one is known there is no caller to count it under.
        var known: Text = "anonymous"
        do throws(Problem) {
            let caller = try caller(showing: fields.authorization, after: &shown)
            known = caller.id.text
            try Self.check(caller, has: [.submit])
            return caller
        } catch {
            ledger.sequencer.noteRefusal(problem: Text(error.type.rawValue), caller: known)
            throw error
        }
    }

    /// How the body carries its events, where events are taken at all.
    func deliveryMode(_ fields: SubmissionFields) throws(Problem) -> DeliveryMode {
        guard !drain.isDraining else { throw Problem(SubmissionRefusal.shuttingDown) }
        try Self.checkEncoding(fields)
        guard let mode = fields.mode else {
            throw Problem(
                .unsupportedMediaType,
                """
                send application/cloudevents+json, application/cloudevents-batch+json, application/x-ndjson, or an \
                event in binary mode with its attributes in ce- header fields
                """)
        }
        return mode
    }

    /// The one event of a body in structured or binary mode, which the caller may submit. Where the inbox is full
    /// anyway, the body is not looked at.
    func event(in body: [UInt8], _ fields: SubmissionFields, from caller: Caller) throws -> ApprovalEvent {
        try checkRoom(for: caller)
        let event: ApprovalEvent
        if fields.mode == .binary {
            event = try ApprovalEvent.parse(
                binaryAttributes: fields.attributes, contentType: fields.contentType.map { Array($0.utf8) },
                body: body, rules: configuration.rules)
        } else {
            event = try ApprovalEvent.parse(structured: body, rules: configuration.rules)
        }
        try check(event, caller)
        return event
    }

    /// The answer to one event: its index and its receipt, under the head of the commit that it came in with, or under
    /// the cosigned one that was waited for. An event that was there already gets one under the newest head.
    func answer(to acknowledged: Acknowledged) throws -> Answer {
        let reply = acknowledged.reply
        guard let outcome = try reply.answers.first?.get() else {
            throw Problem(.internalError, "the sequencer gave no answer")
        }
        let isNew = count(CollectionOfOne(outcome)) > 0
        let parts: ReceiptParts
        switch acknowledged.standing {
        case .late: throw Problem.notCosigned(outcome.index)
        case .cosigned(let head): parts = try ledger.reader.receipt(for: outcome.index, under: head)
        case .published:
            parts =
                if isNew, let batch = reply.batch {
                    try batch.receipt(for: outcome.index)
                } else {
                    try ledger.reader.receipt(for: outcome.index)
                }
        }
        var body: [UInt8] = []
        // The entry's escapes may double it; the rest holds a proof with some cosignatures.
        body.reserveCapacity(2 * parts.entry.count + 4_096)
        body += "{\"index\":".utf8
        body += String(outcome.index.value).utf8
        body += ",\"receipt\":".utf8
        Receipt(parts, disclosing: true).write(to: &body)
        body.append(UInt8(ascii: "}"))
        var answer = Answer(isNew ? .created : .ok, MediaType.json, .none, body)
        answer.add(.location, "/v1/events/\(outcome.index.value)")
        return answer
    }

    /// A CloudEvents batch: all of it or nothing.
    private func submitBatch(_ request: Request, from caller: Caller) async throws -> Response {
        let body = try await collect(request, limit: configuration.limits.batch)
        try checkRoom(for: caller)
        let events = try ApprovalEvent.parse(batch: body, rules: configuration.rules)
        let most = min(configuration.limits.batchEvents, ledger.sequencer.callerShare)
        guard events.count <= most else {
            throw Problem(.tooLarge, "a batch has at most \(most) events; send more of them, or NDJSON")
        }
        try check(events, caller)
        let acknowledged = await submit(events, of: caller, isWhole: true)
        let outcomes = try acknowledged.reply.answers.map { try $0.get() }
        let isNew = count(outcomes) > 0
        let note = try note(for: acknowledged.standing, over: outcomes.map(\.index).max())
        return Response(
            isNew ? .created : .ok, .none,
            json: ["events": .array(outcomes.map { .object(Self.json($0)) }), "checkpoint": .string(Text(note))])
    }

    /// The checkpoint over what was taken.
    private func note(for standing: Acknowledged.Standing, over last: LeafIndex?) throws(Problem) -> String {
        switch standing {
        case .published: return String(decoding: ledger.reader.published.note, as: UTF8.self)
        case .cosigned(let head): return String(decoding: head.note, as: UTF8.self)
        case .late: throw Problem.notCosigned(last)
        }
    }

    static func json(_ outcome: SubmissionOutcome) -> JSONObject {
        switch outcome {
        case .sealed(let index): ["index": number(index.value), "status": 201]
        case .resent(let index): ["index": number(index.value), "status": 200]
        }
    }

    /// Counts what was taken. Returns how many of them are new.
    @discardableResult
    func count(_ outcomes: some Collection<SubmissionOutcome>) -> Int {
        let sealed = outcomes.count { if case .sealed = $0 { true } else { false } }
        metrics.count(sealed: sealed, resent: outcomes.count - sealed)
        return sealed
    }

    /// Whether it is worth while to parse what the caller sent: a refusal must cost less than an event.
    func checkRoom(for caller: Caller) throws(Problem) {
        guard ledger.sequencer.hasRoom(for: caller.id.text) else { throw Problem(SubmissionRefusal.inboxFull) }
    }

    /// Whether the caller's grant holds the event.
    func check(_ event: ApprovalEvent, _ caller: Caller) throws(Problem) {
        guard let denial = Self.denial(of: event, to: caller, at: .root) else { return }
        throw Problem(.outsideGrant, denial.message, violations: [denial])
    }

    private func check(_ events: [ApprovalEvent], _ caller: Caller) throws(Problem) {
        let denials = events.enumerated().compactMap { place, event in
            Self.denial(of: event, to: caller, at: JSONPointer.root.appending(place))
        }
        guard denials.isEmpty else {
            throw Problem(
                .outsideGrant, "\(denials.count) of \(events.count) events are outside the grant", violations: denials)
        }
    }

    private static func denial(of event: ApprovalEvent, to caller: Caller, at place: JSONPointer) -> Violation? {
        guard let denial = caller.grant.denial(type: event.type, source: event.identity.source) else { return nil }
        return Violation(pointer: place.appending(denial.attribute), rule: "outside-grant", message: denial.reason)
    }

    func noteRefusal(_ type: ProblemType, _ caller: Caller) {
        ledger.sequencer.noteRefusal(problem: Text(type.rawValue), caller: caller.id.text)
    }

    /// Counts what was refused before it reached the sequencer, which counts its own refusals.
    func noteRefusal(_ error: any Error, of caller: Caller) {
        guard !(error is SubmissionRefusal) else { return }
        let problem = Problem(answering: error)
        if problem.type.status < 500 { noteRefusal(problem.type, caller) }
    }

    /// Compressed bodies are refused: what they expand to cannot be bounded beforehand.
    private static func checkEncoding(_ fields: SubmissionFields) throws(Problem) {
        guard fields.contentEncodings.allSatisfy({ $0.lowercased() == "identity" }) else {
            throw Problem(.unsupportedEncoding, "send the body as it is, without Content-Encoding")
        }
    }
}
