import ApprovalEvents
import MerkleTree
import Oversight
import Testing

@Suite struct `Order and deadlines` {
    func moment(_ index: UInt64, _ time: Int64, recorded: Int64? = nil, source: Text = "/a", sequence: UInt64? = nil)
        -> Moment
    {
        Moment(
            index: LeafIndex(index), time: Timestamp(milliseconds: time * 1000),
            ledgerTime: Timestamp(milliseconds: (recorded ?? time) * 1000),
            identity: EventIdentity(source: source, id: Text("\(index)")), sequence: sequence)
    }

    let ordering = Ordering(skewSeconds: 5, lateSeconds: 300, lateBySource: ["/slow": 5400])

    @Test func `a claimed time after the other's, beyond the skew, is a finding`() {
        #expect(ordering.order(moment(0, 106), moment(1, 100)) == .finding)
        #expect(ordering.order(moment(0, 105), moment(1, 100)) == .holds)
    }

    @Test func `a source's own numbers decide`() {
        #expect(ordering.order(moment(1, 100, sequence: 1), moment(0, 100, sequence: 2)) == .holds)
        #expect(ordering.order(moment(0, 100, sequence: 2), moment(1, 100, sequence: 1)) == .finding)
    }

    @Test func `two sources' numbers do not compare`() {
        #expect(ordering.order(moment(0, 100, source: "/b", sequence: 9), moment(1, 100, sequence: 1)) == .holds)
    }

    @Test func `recorded after, but soon after its own time, holds as late; else nobody can tell`() {
        #expect(ordering.order(moment(1, 100, recorded: 400), moment(0, 200)) == .holdsLate)
        #expect(ordering.order(moment(1, 100, recorded: 401), moment(0, 200)) == .undecidable(recordedLateBy: 301))
    }

    @Test func `a source that is slow by nature gets its own delay, never a shorter one`() {
        #expect(ordering.order(moment(1, 100, recorded: 5000, source: "/slow"), moment(0, 200)) == .holdsLate)
        let strict = Ordering(skewSeconds: 5, lateSeconds: 300, lateBySource: ["/a": 10])
        #expect(strict.order(moment(1, 100, recorded: 400), moment(0, 200)) == .holdsLate)
    }

    @Test func `a deadline is kept by a time in it that was recorded soon enough`() {
        let limit = Timestamp(milliseconds: 100_000)
        #expect(ordering.deadline(moment(0, 105), limit) == .holds)
        #expect(ordering.deadline(moment(0, 106), limit) == .finding)
        #expect(ordering.deadline(moment(0, 90, recorded: 400), limit) == .holds)
        #expect(ordering.deadline(moment(0, 90, recorded: 401), limit) == .undecidable(recordedLateBy: 301))
    }

    @Test func `which came first is said only where times and log agree`() {
        #expect(ordering.precedes(moment(0, 100), moment(1, 101, source: "/b")) == true)
        #expect(ordering.precedes(moment(1, 101), moment(0, 100, source: "/b")) == false)
        #expect(ordering.precedes(moment(1, 100), moment(0, 103, source: "/b")) == nil)
        #expect(ordering.precedes(moment(1, 100), moment(0, 106, source: "/b")) == true)
        #expect(ordering.precedes(moment(1, 100, recorded: 900), moment(0, 106, source: "/b")) == nil)
        #expect(ordering.precedes(moment(9, 100, sequence: 1), moment(0, 100, sequence: 2)) == true)
    }

    @Test func `limits as large as the format allows do not overflow`() {
        let wide = Ordering(skewSeconds: .max, lateSeconds: .max)
        #expect(wide.order(moment(1, 100, recorded: 900), moment(0, 1)) == .holdsLate)
        #expect(wide.deadline(moment(1, 100, recorded: 900), Timestamp(milliseconds: 0)) == .holds)
    }
}

@Suite struct `The state of a case` {
    static func state(_ steps: CaseStep...) -> CaseState {
        var progress = CaseProgress()
        for step in steps { progress.apply(step) }
        return progress.state
    }

    @Test func `a case goes its way`() {
        #expect(Self.state() == .none)
        #expect(Self.state(.requested) == .pending)
        #expect(Self.state(.requested, .granted) == .granted)
        #expect(Self.state(.requested, .granted, .started(execution: "x")) == .started)
        #expect(Self.state(.requested, .granted, .started(execution: "x"), .finished(execution: "x")) == .finished)
        #expect(Self.state(.requested, .denied) == .denied)
        #expect(Self.state(.requested, .cancelled) == .cancelled)
        #expect(Self.state(.requested, .requestExpired) == .expired)
        #expect(Self.state(.requested, .granted, .revoked) == .revoked)
        #expect(Self.state(.requested, .granted, .grantExpired) == .lapsed)
        #expect(Self.state(.requested, .granted, .amended) == .pending)
    }

    @Test func `a break-glass use ends a pending case`() {
        #expect(Self.state(.requested, .started(execution: "x")) == .started)
    }

    @Test func `two executions are finished when both are`() {
        #expect(
            Self.state(.granted, .started(execution: "x"), .started(execution: "y"), .finished(execution: "x"))
                == .started)
        #expect(
            Self.state(
                .started(execution: "x"), .started(execution: "y"), .finished(execution: "x"), .finished(execution: "y")
            ) == .finished)
    }

    @Test func `what arrives late moves nothing back`() {
        #expect(Self.state(.granted, .requested) == .granted)
        #expect(Self.state(.finished(execution: "x"), .started(execution: "x"), .granted, .requested) == .finished)
    }

    @Test func `two different ends contradict each other`() {
        #expect(Self.state(.requested, .denied, .cancelled) == .contradictory)
        #expect(Self.state(.requested, .denied, .denied) == .denied)
        #expect(Self.state(.requested, .denied, .granted) == .contradictory)
        #expect(Self.state(.requested, .requestExpired, .started(execution: "x")) == .contradictory)
        #expect(Self.state(.requested, .granted, .revoked, .started(execution: "x")) == .contradictory)
        #expect(Self.state(.requested, .granted, .denied) == .contradictory)
    }

    @Test func `a grant that was used ends no case again`() {
        #expect(Self.state(.granted, .started(execution: "x"), .finished(execution: "x"), .grantExpired) == .finished)
    }
}
