/// Cuts a stream of bytes into lines that end with LF. Pure: the caller reads the file and hands pieces in.
public struct LineSplitter: Sendable {
    private var rest: [UInt8] = []
    private let limit: Int

    /// - Parameter limit: the longest line that is taken, in bytes. A longer one ends the reading.
    public init(limit: Int = 4 << 20) {
        self.limit = limit
    }

    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case lineTooLong
        case unfinishedLine

        public var description: String {
            switch self {
            case .lineTooLong: "a line is longer than any that belongs here"
            case .unfinishedLine: "the last line does not end with a line feed: the file was cut short"
            }
        }
    }

    /// Hands every line that `piece` completes to `take`, without its line feed.
    public mutating func read(_ piece: some Collection<UInt8>, take: ([UInt8]) -> Void) throws(Failure) {
        var start = piece.startIndex
        while let end = piece[start...].firstIndex(of: 0x0A) {
            if rest.isEmpty {
                take(Array(piece[start..<end]))
            } else {
                rest += piece[start..<end]
                take(rest)
                rest.removeAll(keepingCapacity: true)
            }
            start = piece.index(after: end)
        }
        rest += piece[start...]
        guard rest.count <= limit else { throw .lineTooLong }
    }

    /// The stream has ended; every line must have.
    public func finish() throws(Failure) {
        guard rest.isEmpty else { throw .unfinishedLine }
    }
}
