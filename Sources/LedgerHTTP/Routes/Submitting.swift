import ApprovalEvents
import HTTPTypes
import Hummingbird
import LedgerEngine
import MerkleTree
import Verification

/// `POST /v1/events`.
///
/// The order is: who is asking; is it something we read; does it parse; may he; then the ledger. So nobody learns
/// what is stored who may not, and nothing reaches the sequencer that could be refused without it. For one event
/// the whole way is: authenticate, parse, check, one await on the sequencer, and a receipt from the published head.
extension LedgerResponder {
    func submit(_ request: Request, _ query: Substring?) async throws -> Response {
        let caller: Caller
        do {
            caller = try self.caller(of: request, with: .submit)
        } catch {
            // There is no caller to count it under, or it is one that may not submit at all.
            let known = (try? self.caller(of: request))?.id.text
            ledger.sequencer.noteRefusal(problem: Text(error.type.rawValue), caller: known ?? "anonymous")
            throw error
        }
        do {
            _ = try Query(query, names: [])
            return try await submit(request, from: caller)
        } catch let refusal as SubmissionRefusal {
            // The sequencer has counted it.
            throw refusal
        } catch  where !(error is BodyInterrupted) {
            let problem = Problem(answering: error)
            if problem.type.status < 500 { noteRefusal(problem.type, caller) }
            throw error
        }
    }

    private func submit(_ request: Request, from caller: Caller) async throws -> Response {
        guard !drain.isDraining else { throw Problem(SubmissionRefusal.shuttingDown) }
        try Self.checkEncoding(request)
        let attributes = BinaryMode.attributes(in: request.headers)
        let contentType = request.headers[.contentType]
        switch DeliveryMode(contentType: contentType, hasEventAttributes: !attributes.isEmpty) {
        case .structured?:
            let body = try await collect(request, limit: configuration.limits.event)
            return try await seal(try ApprovalEvent.parse(structured: body, rules: configuration.rules), from: caller)
        case .binary?:
            let body = try await collect(request, limit: configuration.limits.event)
            let event = try ApprovalEvent.parse(
                binaryAttributes: attributes, contentType: contentType.map { Array($0.utf8) }, body: body,
                rules: configuration.rules)
            return try await seal(event, from: caller)
        case .batch?: return try await submitBatch(request, from: caller)
        case .lines?: return submitLines(request, from: caller)
        case nil:
            throw Problem(
                .unsupportedMediaType,
                """
                send application/cloudevents+json, application/cloudevents-batch+json, application/x-ndjson, or an \
                event in binary mode with its attributes in ce- header fields
                """)
        }
    }

    /// One event, one await, one receipt.
    private func seal(_ event: ApprovalEvent, from caller: Caller) async throws -> Response {
        try check(event, caller)
        guard let answer = await ledger.sequencer.submit([event], caller: caller.id.text).first else {
            throw Problem(.internalError, "the sequencer gave no answer")
        }
        let outcome = try answer.get()
        let isNew = count([outcome]) > 0
        let receipt = try receipt(outcome.index, disclosing: true)
        var body = Array("{\"index\":\(outcome.index.value),\"receipt\":".utf8)
        body += receipt.formatted
        body.append(UInt8(ascii: "}"))
        var response = Response(isNew ? .created : .ok, MediaType.json, .none, body)
        response.headers[.location] = "/v1/events/\(outcome.index.value)"
        return response
    }

    /// A CloudEvents batch: all of it or nothing.
    private func submitBatch(_ request: Request, from caller: Caller) async throws -> Response {
        let body = try await collect(request, limit: configuration.limits.batch)
        let events = try ApprovalEvent.parse(batch: body, rules: configuration.rules)
        let most = configuration.limits.batchEvents
        guard events.count <= most else {
            throw Problem(.tooLarge, "a batch has at most \(most) events; send more of them, or NDJSON")
        }
        try check(events, caller)
        let outcomes = try await ledger.sequencer.submitAll(events, caller: caller.id.text).get()
        let isNew = count(outcomes) > 0
        let note = String(decoding: ledger.reader.published.note, as: UTF8.self)
        return Response(
            isNew ? .created : .ok, .none,
            json: ["events": .array(outcomes.map { .object(Self.json($0)) }), "checkpoint": .string(Text(note))])
    }

    static func json(_ outcome: SubmissionOutcome) -> JSONObject {
        switch outcome {
        case .sealed(let index): ["index": number(index.value), "status": 201]
        case .resent(let index): ["index": number(index.value), "status": 200]
        }
    }

    /// Counts what was taken. Returns how many of them are new.
    @discardableResult
    func count(_ outcomes: [SubmissionOutcome]) -> Int {
        let sealed = outcomes.count { if case .sealed = $0 { true } else { false } }
        metrics.count(sealed: sealed, resent: outcomes.count - sealed)
        return sealed
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

    /// Compressed bodies are refused: what they expand to cannot be bounded beforehand.
    private static func checkEncoding(_ request: Request) throws(Problem) {
        let encodings = request.headers[values: .contentEncoding]
        guard encodings.allSatisfy({ $0.lowercased() == "identity" }) else {
            throw Problem(.unsupportedEncoding, "send the body as it is, without Content-Encoding")
        }
    }
}
