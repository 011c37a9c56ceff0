import ApprovalEvents
import HTTPTypes
import Hummingbird
import LedgerEngine
import MerkleTree
import NIOCore
import Verification

/// A period of the log with the proof that nothing of it is missing, and the marks at which periods are cut.
extension LedgerResponder {
    /// `?from=&to=`: the extract of `[from, to)`, streamed. It carries entries as they are sealed and discloses
    /// nothing that they conceal, so the role `read` suffices.
    func evidence(_ request: Request, _ query: Substring?, on channel: any NIOCore.Channel) throws -> Response {
        _ = try caller(showing: ReadRequest.credential(in: request.headers), with: .read)
        let query = try Query(query, names: ["from", "to"])
        let time = "a time like 2026-11-22T00:00:00Z"
        let extract = try extract(
            from: try query.value("from", time) { Timestamp(Text($0)) },
            to: try query.value("to", time) { Timestamp(Text($0)) })
        var headers = HTTPFields()
        headers[.contentType] = MediaType.lines
        headers[.cacheControl] = Caching.none.rawValue
        headers[.xContentTypeOptions] = "nosniff"
        let patience = TimeAmount.seconds(Int64(configuration.limits.idleSeconds))
        let body = ResponseBody { writer in
            // A failure in here ends the connection without the end of the body: half an extract is told from a whole.
            var rest = extract
            while let piece = try rest.next() {
                for part in Self.parts(of: piece) {
                    // A peer that takes nothing more would keep its connection for ever.
                    let stalled = channel.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
                    defer { stalled.cancel() }
                    try await writer.write(part)
                }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// Under the newest head that has its quorum, where one is asked for.
    private func extract(from: Timestamp?, to: Timestamp?) throws -> LogExtract {
        let head = try ledger.shownHead()
        do {
            return try LogExtract(from: from, to: to, in: ledger.reader, under: head)
        } catch let error as ExtractPlanError {
            // The mark may be there already, and the witnesses not have come to it.
            if head.size < ledger.reader.published.size,
                (try? LogExtract(from: from, to: to, in: ledger.reader)) != nil
            {
                throw Problem.notCosigned(nil)
            }
            throw error
        }
    }

    /// A piece in parts of 64 KiB: what a slow peer has to take in `RequestLimits.idleSeconds`.
    private static func parts(of piece: [UInt8]) -> [ByteBuffer] {
        stride(from: 0, to: piece.count, by: 64 << 10).map {
            ByteBuffer(bytes: piece[$0..<min(piece.count, $0 + 64 << 10)])
        }
    }

    /// Cuts a mark, so that a period can end here and now. The mark is an entry of the ledger's own: whoever may only
    /// read makes the log grow by nothing.
    func mark(_ request: Request, _ query: Substring?) async throws -> Response {
        _ = try caller(showing: ReadRequest.credential(in: request.headers), with: .audit, .administer)
        _ = try Query(query, names: [])
        guard !drain.isDraining else { throw Problem(SubmissionRefusal.shuttingDown) }
        let mark = try await Administration(ledger).cutMark()
        var response = Response(.created, .none, json: mark.json)
        response.headers[.location] = "/v1/events/\(mark.index.value)"
        return response
    }
}

extension Problem {
    init(_ error: ExtractPlanError) {
        switch error {
        case .noMark(let time):
            self.init(
                .notFound,
                """
                the log has no mark at \(time.ledgerForm), and a period is cut at marks: name a midnight (UTC) that \
                has passed, or cut a mark with POST /v1/marks and name its time
                """)
        case .endsBeforeLog, .emptyLog: self.init(.notFound, "\(error)")
        case .reversed: self.init(.malformedRequest, "\(error): 'from' is not before 'to'")
        }
    }
}
