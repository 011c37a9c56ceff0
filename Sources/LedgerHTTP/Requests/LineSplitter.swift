/// Cuts a stream of bytes into lines without ever holding more than one line's limit.
///
/// A line ends at LF; one CR before it is put aside; the last line may end without LF. A line over
/// the limit is reported once, and its bytes are thrown away as they come.
struct LineSplitter {
    enum Line: Hashable {
        case text([UInt8])
        case tooLong
    }

    let limit: Int
    private var pending: [UInt8] = []
    private var isSkipping = false

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes the next bytes and gives `body` each line that they complete.
    mutating func feed(_ chunk: UnsafeRawBufferPointer, _ body: (Line) throws -> Void) rethrows {
        var rest = chunk[...]
        while let end = rest.firstIndex(of: 0x0A) {
            take(rest[rest.startIndex..<end])
            rest = rest[(end + 1)...]
            try body(complete())
        }
        take(rest)
    }

    /// The last line, if bytes stand after the last LF.
    mutating func finish() -> Line? {
        pending.isEmpty && !isSkipping ? nil : complete()
    }

    private mutating func take(_ bytes: Slice<UnsafeRawBufferPointer>) {
        guard !isSkipping else { return }
        // One more than the limit, for the CR that does not count.
        if pending.count + bytes.count > limit + 1 {
            isSkipping = true
            pending = []
        } else {
            pending.append(contentsOf: bytes)
        }
    }

    private mutating func complete() -> Line {
        defer {
            pending.removeAll(keepingCapacity: true)
            isSkipping = false
        }
        if isSkipping { return .tooLong }
        var line = pending
        if line.last == 0x0D { line.removeLast() }
        return line.count > limit ? .tooLong : .text(line)
    }
}
