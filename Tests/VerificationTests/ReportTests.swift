import Testing
import Verification

@Suite("A verification report") struct VerificationReportTests {
    @Test("fails over all, then says what was not checked, and is nothing without a check") func verdicts() {
        let open = Outcome.notChecked(reason: "why")
        func verdict(_ outcomes: [Outcome], isAsked: Bool = true) -> VerificationReport.Verdict {
            VerificationReport(outcomes.map { Check("x", "x", $0, isAsked: isAsked) }).verdict
        }
        #expect(verdict([]) == .notChecked)
        #expect(verdict([.holds]) == .holds)
        #expect(verdict([.holds, open]) == .notChecked)
        #expect(verdict([open, .fails(reason: "why"), .holds]) == .fails)
        #expect(verdict([.holds, open], isAsked: false) == .holds, "what nobody asked for does not count")
        #expect(verdict([.fails(reason: "why")], isAsked: false) == .fails)
    }
}

@Suite("Lines of a stream") struct LineSplitterTests {
    @Test("are the same however the stream is cut") func pieces() throws {
        let text = Array("a\n\nbcd\n".utf8)
        for cut in text.indices {
            var splitter = LineSplitter()
            var lines: [[UInt8]] = []
            try splitter.read(text[..<cut]) { lines.append($0) }
            try splitter.read(text[cut...]) { lines.append($0) }
            try splitter.finish()
            #expect(lines == [Array("a".utf8), [], Array("bcd".utf8)])
        }
    }

    @Test("must end, and be no longer than allowed") func limits() throws {
        var splitter = LineSplitter(limit: 3)
        try splitter.read(Array("abc".utf8)) { _ in }
        #expect(throws: LineSplitter.Failure.unfinishedLine) { try splitter.finish() }
        #expect(throws: LineSplitter.Failure.lineTooLong) { try splitter.read([1]) { _ in } }
    }
}
