import Synchronization

/// Whether anything more may be written: shared by the sequencer and the stage that signs behind it.
///
/// The effect of a step that failed is unknown: never guess, never retry on the same pages. The process has to end and
/// to open the log again; until it does, everything is refused.
final class Breakdown: Sendable {
    private let flag = Atomic(false)
    private let board: StatusBoard
    private let end: AsyncStream<(any Error)?>.Continuation

    init(board: StatusBoard, end: AsyncStream<(any Error)?>.Continuation) {
        self.board = board
        self.end = end
    }

    var isOver: Bool { flag.load(ordering: .acquiring) }

    func happen(_ error: any Error) {
        flag.store(true, ordering: .releasing)
        board.update { $0.condition = .failed("\(error)") }
        end.yield(error)
    }

    /// Nothing broke; the store is closed.
    func close() { flag.store(true, ordering: .releasing) }
}
