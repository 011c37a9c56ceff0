import ApprovalEvents
import HTTPTypes
import Hummingbird
import LedgerEngine
import MerkleTree
import NIOCore

/// NDJSON: one structured event a line. Each line stands alone; the answer is one line each, in order, and the
/// checkpoint at the end.
///
/// The answer flows while the body still comes, and no more is held than what one read brought: what a read
/// completes is submitted together and waits for its commit before the next read. A client therefore reads while
/// it writes (`curl` does).
extension LedgerResponder {
    func submitLines(_ request: Request, from caller: Caller) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = MediaType.lines
        headers[.cacheControl] = Caching.none.rawValue
        headers[.xContentTypeOptions] = "nosniff"
        let body = ResponseBody { writer in
            var delivery = LineDelivery(responder: self, caller: caller)
            var chunks = request.body.makeAsyncIterator()
            while !delivery.isOver, let chunk = try await Self.next(&chunks) {
                try await writer.write(await delivery.take(chunk))
            }
            try await writer.write(await delivery.finish())
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }
}

/// One NDJSON body on its way in, and its answer on its way out.
private struct LineDelivery {
    private let responder: LedgerResponder
    private let caller: Caller
    private var splitter: LineSplitter
    private var number = 0
    private var received = 0
    /// Set when the body went over its limit or the server goes away: nothing more is read.
    private(set) var isOver = false

    init(responder: LedgerResponder, caller: Caller) {
        self.responder = responder
        self.caller = caller
        splitter = LineSplitter(limit: responder.configuration.limits.event)
    }

    /// What became of one line.
    private enum Verdict {
        case event(ApprovalEvent)
        case refused(Problem)
    }

    /// Takes what one read brought; answers the lines that it completed.
    mutating func take(_ chunk: ByteBuffer) async -> ByteBuffer {
        received += chunk.readableBytes
        responder.metrics.count(receivedBytes: chunk.readableBytes)
        var lines: [LineSplitter.Line] = []
        chunk.withUnsafeReadableBytes { bytes in
            splitter.feed(bytes) { lines.append($0) }
        }
        var verdicts: [(line: Int, verdict: Verdict)] = []
        for line in lines { judge(line, into: &verdicts) }
        var answer = await seal(verdicts)
        if responder.drain.isDraining {
            isOver = true
            answer.write(Self.json(number + 1, Problem(SubmissionRefusal.shuttingDown)))
        } else if received > responder.configuration.limits.lines {
            isOver = true
            let problem = Problem(
                .tooLarge, "the body is over \(responder.configuration.limits.lines) bytes; send the rest as another")
            answer.write(Self.json(number + 1, problem))
        }
        return answer
    }

    /// Answers the last line, and says under which checkpoint all that was taken stands.
    mutating func finish() async -> ByteBuffer {
        var verdicts: [(line: Int, verdict: Verdict)] = []
        if !isOver, let line = splitter.finish() { judge(line, into: &verdicts) }
        var answer = await seal(verdicts)
        let note = String(decoding: responder.ledger.reader.published.note, as: UTF8.self)
        answer.write(["checkpoint": .string(Text(note))])
        return answer
    }

    private mutating func judge(_ line: LineSplitter.Line, into verdicts: inout [(line: Int, verdict: Verdict)]) {
        number += 1
        switch line {
        case .text(let bytes) where bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 }:
            break
        case .text(let bytes):
            do {
                let event = try ApprovalEvent.parse(structured: bytes, rules: responder.configuration.rules)
                try responder.check(event, caller)
                verdicts.append((number, .event(event)))
            } catch {
                verdicts.append((number, .refused(Problem(answering: error))))
            }
        case .tooLong:
            let limit = responder.configuration.limits.event
            verdicts.append(
                (number, .refused(Problem(.tooLarge, "the line is over \(limit) bytes; \(Problem.tooLargeDetail)"))))
        }
    }

    private func seal(_ verdicts: [(line: Int, verdict: Verdict)]) async -> ByteBuffer {
        let events = verdicts.compactMap { if case .event(let event) = $0.verdict { event } else { nil } }
        var answers = await submit(events)[...]
        var buffer = ByteBuffer()
        for (line, verdict) in verdicts {
            switch verdict {
            case .refused(let problem):
                responder.metrics.count(problem.type)
                responder.noteRefusal(problem.type, caller)
                buffer.write(Self.json(line, problem))
            case .event:
                switch answers.popFirst() {
                case .success(let outcome)?:
                    responder.count([outcome])
                    var object = LedgerResponder.json(outcome)
                    object["line"] = .number(JSONNumber(Int64(line)))
                    buffer.write(object)
                case .failure(let refusal)?:
                    let problem = Problem(refusal)
                    responder.metrics.count(problem.type)
                    buffer.write(Self.json(line, problem))
                case nil:
                    buffer.write(Self.json(line, Problem(.internalError, "the sequencer gave no answer")))
                }
            }
        }
        return buffer
    }

    private func submit(_ events: [ApprovalEvent]) async -> [Result<SubmissionOutcome, SubmissionRefusal>] {
        var answers: [Result<SubmissionOutcome, SubmissionRefusal>] = []
        var rest = events[...]
        while !rest.isEmpty {
            let some = Array(rest.prefix(Self.eventsAtOnce))
            rest = rest.dropFirst(some.count)
            answers += await responder.ledger.sequencer.submit(some, caller: caller.id.text)
        }
        return answers
    }

    /// Well below a caller's share of the inbox, so that one delivery never fills it by itself.
    private static let eventsAtOnce = 512

    private static func json(_ line: Int, _ problem: Problem) -> JSONObject {
        [
            "line": .number(JSONNumber(Int64(line))), "status": .number(JSONNumber(Int64(problem.type.status))),
            "problem": .object(problem.json),
        ]
    }
}

extension ByteBuffer {
    /// One line of NDJSON.
    fileprivate mutating func write(_ object: JSONObject) {
        writeBytes(JSONValue.object(object).canonicalBytes)
        writeInteger(UInt8(0x0A))
    }
}
