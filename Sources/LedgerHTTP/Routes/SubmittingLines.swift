import ApprovalEvents
import HTTPTypes
import Hummingbird
import LedgerEngine
import MerkleTree
import NIOCore

/// NDJSON: one structured event a line. Each line stands alone; the answer is one line each, in order, and the
/// checkpoint at the end.
///
/// The answer flows while the body still comes. What one read brought is submitted together; the next is read and
/// parsed while it is committed, up to a bound (`LineDelivery.mostWaiting`). A client therefore reads while it writes
/// (`curl` does).
extension LedgerResponder {
    func submitLines(_ request: Request, from caller: Caller) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = MediaType.lines
        headers[.cacheControl] = Caching.none.rawValue
        headers[.xContentTypeOptions] = "nosniff"
        let body = ResponseBody { writer in
            let (submitted, submit) = AsyncStream.makeStream(of: SubmittedLines.self)
            let (answered, answer) = AsyncStream.makeStream(of: Int.self)
            // The newest head that was waited for, where heads are.
            var newest: PublishedHead?
            async let reading: Void = LineDelivery(responder: self, caller: caller)
                .read(request.body, submitting: submit, answered: answered)
            for await lines in submitted {
                let (answers, cosigned) = await lines.answers(self, caller)
                try await writer.write(answers)
                newest = cosigned ?? newest
                answer.yield(lines.lines.count)
            }
            try await reading
            try await writer.write(Self.line(of: newest ?? self.ledger.reader.published))
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// Under which checkpoint all that was taken stands.
    private static func line(of head: PublishedHead) -> ByteBuffer {
        var line = ByteBuffer()
        line.write(["checkpoint": .string(Text(String(decoding: head.note, as: UTF8.self)))])
        return line
    }
}

/// Lines of one read on their way: what was found of each, and the reply for those that went to the sequencer.
private struct SubmittedLines {
    enum Verdict {
        case event
        case refused(Problem)
    }

    let lines: [(number: Int, verdict: Verdict)]
    /// One reply, or none where nothing went.
    let replies: AsyncStream<Acknowledged>

    /// One line for each, in order, and the head that was waited for, where one was.
    func answers(_ responder: LedgerResponder, _ caller: Caller) async -> (ByteBuffer, cosigned: PublishedHead?) {
        var answers: ArraySlice<Result<SubmissionOutcome, SubmissionRefusal>> = []
        var cosigned: PublishedHead?
        var isLate = false
        for await acknowledged in replies {
            answers = acknowledged.reply.answers[...]
            switch acknowledged.standing {
            case .published: break
            case .cosigned(let head): cosigned = head
            case .late: isLate = true
            }
        }
        var buffer = ByteBuffer()
        for (line, verdict) in lines {
            switch verdict {
            case .refused(let problem):
                responder.metrics.count(problem.type)
                responder.noteRefusal(problem.type, caller)
                buffer.write(LedgerResponder.json(line, problem))
            case .event:
                switch answers.popFirst() {
                case .success(let outcome)?:
                    responder.count([outcome])
                    if isLate {
                        responder.metrics.count(.notCosigned)
                        buffer.write(LedgerResponder.json(line, Problem.notCosigned(outcome.index)))
                    } else {
                        buffer.write(line, outcome)
                    }
                case .failure(let refusal)?:
                    let problem = Problem(refusal)
                    responder.metrics.count(problem.type)
                    buffer.write(LedgerResponder.json(line, problem))
                case nil:
                    buffer.write(LedgerResponder.json(line, Problem(.internalError, "the sequencer gave no answer")))
                }
            }
        }
        return (buffer, cosigned)
    }
}

/// One NDJSON body on its way in.
private struct LineDelivery {
    private let responder: LedgerResponder
    private let caller: Caller
    private var splitter: LineSplitter
    private var number = 0
    private var received = 0

    /// Lines of one delivery that may wait for their answers at once: well below a caller's share of the inbox, so that
    /// one delivery never fills it by itself, and few enough to be kept for a peer that is slow to take them.
    private let mostWaiting: Int
    /// There is no room, and nothing of this delivery that waits and would make some: its lines are refused.
    private var isRefusing = false

    init(responder: LedgerResponder, caller: Caller) {
        self.responder = responder
        self.caller = caller
        splitter = LineSplitter(limit: responder.configuration.limits.event)
        mostWaiting = max(1, min(1024, responder.ledger.sequencer.callerShare / 4))
    }

    /// Reads the body to its end, or until no more may be taken, and submits what each read completes.
    /// `answered` says how many lines were answered, as they are.
    ///
    /// While lines of it wait, a delivery waits for room too, where others have taken it: so deliveries of one caller slow
    /// each other down before lines of theirs are refused.
    consuming func read(
        _ body: RequestBody, submitting submit: AsyncStream<SubmittedLines>.Continuation, answered: AsyncStream<Int>
    ) async throws {
        defer { submit.finish() }
        var chunks = body.makeAsyncIterator()
        var answers = answered.makeAsyncIterator()
        var waiting = 0
        while true {
            let chunk = try await LedgerResponder.next(&chunks)
            while waiting > 0, !hasRoom(for: 1) {
                guard let done = await answers.next() else { return }
                waiting -= done
            }
            isRefusing = waiting == 0 && !hasRoom(for: 1)
            var found = Found()
            if let chunk { take(chunk, &found) } else if let last = splitter.finish() { judge(last, into: &found) }
            let end = chunk == nil ? nil : reasonToStop
            if let end { found.lines.append((number + 1, .refused(end))) }
            for part in found.parts(of: mostWaiting) {
                while waiting > 0, waiting + part.lines.count > mostWaiting || !hasRoom(for: part.events.count) {
                    guard let done = await answers.next() else { return }
                    waiting -= done
                }
                waiting += part.lines.count
                submit.yield(send(part))
            }
            if chunk == nil || end != nil { return }
        }
    }

    private func hasRoom(for count: Int) -> Bool {
        responder.ledger.sequencer.hasRoom(for: caller.id.text, events: count)
    }

    /// What lines were found to be, with the events among them.
    private struct Found {
        var lines: [(number: Int, verdict: SubmittedLines.Verdict)] = []
        var events: [ApprovalEvent] = []

        /// The same in runs of at most `most` lines.
        func parts(of most: Int) -> [Found] {
            guard lines.count > most else { return lines.isEmpty ? [] : [self] }
            var parts: [Found] = []
            var events = events[...]
            var part = Found()
            for line in lines {
                if case .event = line.verdict, let event = events.popFirst() { part.events.append(event) }
                part.lines.append(line)
                if part.lines.count == most {
                    parts.append(part)
                    part = Found()
                }
            }
            return part.lines.isEmpty ? parts : parts + [part]
        }
    }

    private func send(_ found: Found) -> SubmittedLines {
        let (replies, reply) = AsyncStream.makeStream(of: Acknowledged.self)
        if found.events.isEmpty {
            reply.finish()
        } else {
            responder.submit(found.events, of: caller) {
                reply.yield($0)
                reply.finish()
            }
        }
        return SubmittedLines(lines: found.lines, replies: replies)
    }

    private mutating func take(_ chunk: ByteBuffer, _ found: inout Found) {
        received += chunk.readableBytes
        responder.metrics.count(receivedBytes: chunk.readableBytes)
        var lines: [LineSplitter.Line] = []
        chunk.withUnsafeReadableBytes { bytes in
            splitter.feed(bytes) { lines.append($0) }
        }
        for line in lines { judge(line, into: &found) }
    }

    /// Why nothing more is read of this body.
    private var reasonToStop: Problem? {
        if responder.drain.isDraining { return Problem(SubmissionRefusal.shuttingDown) }
        let most = responder.configuration.limits.lines
        return received > most
            ? Problem(.tooLarge, "the body is over \(most) bytes; send the rest as another") : nil
    }

    private mutating func judge(_ line: LineSplitter.Line, into found: inout Found) {
        number += 1
        switch line {
        case .text(let bytes) where bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 }:
            break
        case .text(let bytes):
            do {
                if isRefusing { throw Problem(SubmissionRefusal.inboxFull) }
                let event = try ApprovalEvent.parse(structured: bytes, rules: responder.configuration.rules)
                try responder.check(event, caller)
                found.lines.append((number, .event))
                found.events.append(event)
            } catch {
                found.lines.append((number, .refused(Problem(answering: error))))
            }
        case .tooLong:
            let limit = responder.configuration.limits.event
            found.lines.append(
                (number, .refused(Problem(.tooLarge, "the line is over \(limit) bytes; \(Problem.tooLargeDetail)"))))
        }
    }
}

extension LedgerResponder {
    fileprivate static func json(_ line: Int, _ problem: Problem) -> JSONObject {
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

    /// `{"index":…,"line":…,"status":…}`: written once for every event that comes in bulk.
    fileprivate mutating func write(_ line: Int, _ outcome: SubmissionOutcome) {
        let status =
            switch outcome {
            case .sealed: 201
            case .resent: 200
            }
        writeString("{\"index\":\(outcome.index.value),\"line\":\(line),\"status\":\(status)}\n")
    }
}
