import ApprovalEvents
import LedgerEngine

/// A ledger that is open for writing, with its callers: what the routes and the administration work on.
public struct OpenedLedger: Sendable {
    public let sequencer: Sequencer
    public let index: any EventIndex
    public let callers: CallerRegistry
    public let clock: any LedgerClock
    /// The log's keys, where they are managed beside it.
    public let keys: KeyRing?

    public init(
        sequencer: Sequencer, index: any EventIndex, callers: CallerRegistry, clock: any LedgerClock,
        keys: KeyRing? = nil
    ) {
        self.sequencer = sequencer
        self.index = index
        self.callers = callers
        self.clock = clock
        self.keys = keys
    }

    var reader: LedgerReader { sequencer.reader }
    var now: Timestamp { Timestamp(milliseconds: clock.now().wall) }
}
