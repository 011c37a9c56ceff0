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
/// parsed while it is committed, up to a bound (`LineDelivery.mostLines`). A client therefore reads while it writes
/// (`curl` does).
extension LedgerResponder {
    func submitLines(_ request: Request, from caller: Caller) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = MediaType.lines
        headers[.cacheControl] = Caching.none.rawValue
        headers[.xContentTypeOptions] = "nosniff"
        let body = ResponseBody { writer in
            let (submitted, submit) = AsyncStream.makeStream(of: SubmittedLines.self)
            let (answered, answer) = AsyncStream.makeStream(of: Void.self)
            // The newest head that was waited for, where heads are.
            var newest: PublishedHead?
            async let reading: Void = LineDelivery(responder: self, caller: caller)
                .read(request.body, submitting: submit, answered: answered)
            for await lines in submitted {
                let (answers, cosigned) = await lines.answers(self, caller)
                try await writer.write(answers)
                newest = cosigned ?? newest
                answer.yield()
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
        // Enough for what was taken.
        buffer.reserveCapacity(48 * lines.count)
        responder.count(answers.compactMap { try? $0.get() })
        for (line, verdict) in lines {
            switch verdict {
            case .refused(let problem):
                responder.metrics.count(problem.type)
                responder.noteRefusal(problem.type, caller)
                buffer.write(LedgerResponder.json(line, problem))
            case .event:
                switch answers.popFirst() {
                case .success(let outcome)?:
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

    /// Lines of one delivery that may wait for their answers at once, and bytes of events: well below a caller's share of the
    /// inbox and below the inbox, so that one delivery never fills them by itself, and few enough to be kept for a peer
    /// that is slow to take its answers.
    private let mostLines: Int
    private static let mostBytes = 4 << 20

    /// What was submitted and is not answered, the oldest first.
    private var waiting: ArraySlice<(lines: Int, bytes: Int)> = []
    private var (waitingLines, waitingBytes) = (0, 0)

    init(responder: LedgerResponder, caller: Caller) {
        self.responder = responder
        self.caller = caller
        splitter = LineSplitter(limit: responder.configuration.limits.event)
        mostLines = max(1, min(1024, responder.ledger.sequencer.callerShare / 4))
    }

    /// Reads the body to its end, or until no more may be taken, and submits what each read completes.
    /// `answered` tells of each part that was submitted, in order, that it is answered.
    ///
    /// While parts of it wait, a delivery waits for room where others have taken it; only one of which nothing waits is
    /// refused. So deliveries of one caller slow each other down before lines of theirs are refused.
    consuming func read(
        _ body: RequestBody, submitting submit: AsyncStream<SubmittedLines>.Continuation, answered: AsyncStream<Void>
    ) async throws {
        defer { submit.finish() }
        var chunks = body.makeAsyncIterator()
        var answers = answered.makeAsyncIterator()
        while true {
            let chunk = try await LedgerResponder.next(&chunks)
            let isRefused = waiting.isEmpty && !responder.ledger.sequencer.hasRoom(for: caller.id.text)
            var found = Found()
            if let chunk {
                take(chunk, isRefused: isRefused, &found)
            } else if let last = splitter.finish() {
                judge(last, isRefused: isRefused, into: &found)
            }
            let end = chunk == nil ? nil : reasonToStop
            if let end { found.lines.append((number + 1, .refused(end))) }
            for part in found.parts(of: mostLines) {
                while isFarAhead(with: part) {
                    guard await oneIsAnswered(&answers) else { return }
                }
                while true {
                    if let sent = send(part, onlyIfRoom: !waiting.isEmpty) {
                        submit.yield(sent)
                        break
                    }
                    guard await oneIsAnswered(&answers) else { return }
                }
            }
            if chunk == nil || end != nil { return }
        }
    }

    private func isFarAhead(with part: Found) -> Bool {
        !waiting.isEmpty
            && (waitingLines + part.lines.count > mostLines || waitingBytes + part.byteCount > Self.mostBytes)
    }

    /// Waits until the oldest part is answered. False where nobody takes answers any more.
    private mutating func oneIsAnswered(_ answers: inout AsyncStream<Void>.Iterator) async -> Bool {
        guard await answers.next() != nil, let part = waiting.popFirst() else { return false }
        waitingLines -= part.lines
        waitingBytes -= part.bytes
        return true
    }

    /// What lines were found to be, with the events among them.
    private struct Found {
        var lines: [(number: Int, verdict: SubmittedLines.Verdict)] = []
        var events: [ApprovalEvent] = []

        var byteCount: Int { events.reduce(0) { $0 + $1.canonicalSubmission.count } }

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

    /// Submits a part; nil, and nothing happened, where `onlyIfRoom` is asked for and there is none.
    private mutating func send(_ part: Found, onlyIfRoom: Bool) -> SubmittedLines? {
        let (replies, reply) = AsyncStream.makeStream(of: Acknowledged.self)
        if part.events.isEmpty {
            reply.finish()
        } else {
            let isTaken = responder.submit(part.events, of: caller, onlyIfRoom: onlyIfRoom) {
                reply.yield($0)
                reply.finish()
            }
            guard isTaken else { return nil }
        }
        let bytes = part.byteCount
        waiting.append((part.lines.count, bytes))
        waitingLines += part.lines.count
        waitingBytes += bytes
        return SubmittedLines(lines: part.lines, replies: replies)
    }

    private mutating func take(_ chunk: ByteBuffer, isRefused: Bool, _ found: inout Found) {
        received += chunk.readableBytes
        responder.metrics.count(receivedBytes: chunk.readableBytes)
        var lines: [LineSplitter.Line] = []
        chunk.withUnsafeReadableBytes { bytes in
            splitter.feed(bytes) { lines.append($0) }
        }
        for line in lines { judge(line, isRefused: isRefused, into: &found) }
    }

    /// Why nothing more is read of this body.
    private var reasonToStop: Problem? {
        if responder.drain.isDraining { return Problem(SubmissionRefusal.shuttingDown) }
        let most = responder.configuration.limits.lines
        return received > most
            ? Problem(.tooLarge, "the body is over \(most) bytes; send the rest as another") : nil
    }

    /// `isRefused`: there is no room for it, and it is not worth parsing.
    private mutating func judge(_ line: LineSplitter.Line, isRefused: Bool, into found: inout Found) {
        number += 1
        switch line {
        case .text(let bytes) where bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 }:
            break
        case .text(let bytes):
            do {
                if isRefused { throw Problem(SubmissionRefusal.inboxFull) }
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
            case .sealed: ",\"status\":201}\n"
            case .resent: ",\"status\":200}\n"
            }
        // Not one interpolated text: that would be made for each event first.
        writeString("{\"index\":")
        writeString(String(outcome.index.value))
        writeString(",\"line\":")
        writeString(String(line))
        writeString(status)
    }
}
