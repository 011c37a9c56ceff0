import ApprovalEvents
import MerkleTree
import Oversight
import TestMaterial
import Testing

/// The examples in `schemas/verdicts.md` are what the code writes.
@Suite struct `The page on verdicts` {
    /// The log that the page's examples speak of.
    private func story() -> Story {
        var story = Story.prelude
        var teller = CaseTeller()
        teller.requester = .agent("agent:bot", actingFor: .human(Story.maria))
        for (number, voter) in ["slack:T1/maria", "slack:T1/nobody"].enumerated() {
            teller.subject = "apr_\(number + 1)"
            teller.start = 100 + Double(number) * 100
            teller.request(&story)
            teller.notify(&story)
            teller.grant(&story, [teller.vote(&story, by: .human(voter))])
        }
        teller.subject = "apr_3"
        teller.run(&story, under: EventRef(source: Text(Story.gate), id: "grant-7"))
        return story
    }

    @Test func `shows what the code writes`() throws {
        let page = try String(decoding: Checkout.bytes("schemas/verdicts.md"), as: UTF8.self)
        let blocks = page.components("```json\n").dropFirst().map { $0.components("```")[0] }
        let shown = try blocks.map { try JSONValue(parsing: Array($0.utf8), maxDepth: 8) }
        let result = try story().evaluated()
        let written = [
            result.result(.reviewerNotBehind, "apr_1"), result.result(.reviewerNotBehind, "apr_2"),
            result.result(.authorityExists, "apr_3"),
        ].compactMap { $0.map { JSONValue.object($0.json) } }
        #expect(written.count == 3)
        for (place, value) in written.enumerated() {
            let text = String(decoding: value.canonicalBytes, as: UTF8.self)
            #expect(place < shown.count && shown[place] == value, "\(text)")
        }
    }
}

extension String {
    /// The parts between `separator`s.
    fileprivate func components(_ separator: String) -> [String] {
        var parts: [String] = [""]
        var rest = Substring(self)
        while let first = rest.first {
            if rest.hasPrefix(separator) {
                parts.append("")
                rest = rest.dropFirst(separator.count)
            } else {
                parts[parts.count - 1].append(first)
                rest = rest.dropFirst()
            }
        }
        return parts
    }
}
