import ApprovalEvents
import LedgerEngine

/// A ledger that is open for writing, with its callers: what the routes and the administration work on.
public struct OpenedLedger: Sendable {
    public let sequencer: Sequencer
    public let index: any EventIndex
    public let callers: CallerRegistry
    public let clock: any LedgerClock

    public init(sequencer: Sequencer, index: any EventIndex, callers: CallerRegistry, clock: any LedgerClock) {
        self.sequencer = sequencer
        self.index = index
        self.callers = callers
        self.clock = clock
    }

    var reader: LedgerReader { sequencer.reader }
    var now: Timestamp { Timestamp(milliseconds: clock.now().wall) }
}
