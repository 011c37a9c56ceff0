/// The files of a log that are open for reading.
///
/// Those that every reader needs stay open. Of the segments, each has one place among `segmentPlaces`, and the newest of
/// those that share it has it: a log of ten million entries has all of its 153 open, one of a hundred million opens one
/// for most entries that are asked for at random.
struct ReadFiles {
    /// Leaves the greater part of a process's usual 1,024 files to connections.
    private static let segmentPlaces = 256

    private var lasting: [LogFile: OpenFile] = [:]
    private var levels: [OpenFile?] = Array(repeating: nil, count: 64)
    private var segments: [(first: UInt64, file: OpenFile)?] = Array(repeating: nil, count: segmentPlaces)
    private let geometry: SegmentGeometry

    init(geometry: SegmentGeometry) {
        self.geometry = geometry
    }

    /// The file, opened by `open` where it is not yet.
    mutating func file(_ name: LogFile, _ open: () throws -> OpenFile) rethrows -> OpenFile {
        switch name {
        case .level(let level) where level < 64:
            if let file = levels[Int(level)] { return file }
            let file = try open()
            levels[Int(level)] = file
            return file
        case .segment(let first):
            let place = Int(first / geometry.entries % UInt64(Self.segmentPlaces))
            if let known = segments[place], known.first == first { return known.file }
            let file = try open()
            segments[place] = (first, file)
            return file
        case .level, .offsets, .heads:
            if let file = lasting[name] { return file }
            let file = try open()
            lasting[name] = file
            return file
        }
    }
}
