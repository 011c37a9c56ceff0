/// One gateway as a sender of events.
struct EventSender {
    let token: String
    let templates: EventTemplates

    init(_ gateway: Ledger.Gateway, seed: UInt64) throws {
        token = gateway.token
        templates = try EventTemplates(source: gateway.source, seed: seed)
    }
}

/// Single posts: each an event of its own, its id and case written into bytes made beforehand.
final class SinglePosts: RequestSource {
    private let cases: [[EventTemplate]]
    private let head: [UInt8]
    private var ids: EventIDs
    private var written = 0
    private var caseID: (high: UInt64, low: UInt64) = (0, 0)

    /// - Parameter seed: another for every connection that ever sends to a ledger: no id is given twice.
    init(_ sender: EventSender, _ order: EventIDs.Order, seed: UInt64) {
        cases = sender.templates.cases
        head = HTTPRequest.postHead(
            mediaType: "application/cloudevents+json", length: EventTemplates.length, token: sender.token)
        ids = EventIDs(order, seed: seed)
    }

    func write(to request: inout [UInt8]) {
        let part = written % EventTemplates.perCase
        let template = cases[written / EventTemplates.perCase % cases.count][part]
        let id = ids.next(at: Clock.wallMilliseconds())
        if part == 0 { caseID = id }
        written += 1
        request.removeAll(keepingCapacity: true)
        request += head
        request += template.bytes
        request.withUnsafeMutableBytes { bytes in
            EventIDs.write(id, to: bytes, at: head.count + template.idPlace)
            EventIDs.write(caseID, to: bytes, at: head.count + template.casePlace)
        }
    }
}

/// Bulk posts: NDJSON of so many events, made once; only ids and cases change from one to the next.
final class BulkPosts: RequestSource {
    private let whole: [UInt8]
    /// Where each event's id and case stand, and whether it is the first of its case.
    private let places: [(id: Int, case: Int, isFirst: Bool)]
    private var ids: EventIDs
    private var caseID: (high: UInt64, low: UInt64) = (0, 0)

    /// - Parameter seed: as for single posts.
    init(_ sender: EventSender, _ order: EventIDs.Order, seed: UInt64, events: Int) {
        let cases = sender.templates.cases
        // Each event, and the end of its line.
        let length = events * (EventTemplates.length + 1)
        var whole = HTTPRequest.postHead(mediaType: "application/x-ndjson", length: length, token: sender.token)
        whole.reserveCapacity(whole.count + length)
        var places: [(id: Int, case: Int, isFirst: Bool)] = []
        for event in 0..<events {
            let part = event % EventTemplates.perCase
            let template = cases[event / EventTemplates.perCase % cases.count][part]
            places.append((whole.count + template.idPlace, whole.count + template.casePlace, part == 0))
            whole += template.bytes
            whole.append(0x0A)
        }
        self.whole = whole
        self.places = places
        ids = EventIDs(order, seed: seed)
    }

    func write(to request: inout [UInt8]) {
        // The connection holds the bytes of its last request: they are written over in place.
        if request.count != whole.count { request = whole }
        let now = Clock.wallMilliseconds()
        request.withUnsafeMutableBytes { bytes in
            for place in places {
                let id = ids.next(at: now)
                if place.isFirst { caseID = id }
                EventIDs.write(id, to: bytes, at: place.id)
                EventIDs.write(caseID, to: bytes, at: place.case)
            }
        }
    }
}
