/// Everything that is measured. What `--only` and the JSON name is the raw value.
enum RowName: String, CaseIterable, Codable {
    case sha256, flush, copy, healthz
    case barePost = "bare-post"
    case bareGet = "bare-get"
    case post1 = "post-1"
    case post64 = "post-64"
    case post256 = "post-256"
    case postStamped = "post-stamped"
    case postCosigned = "post-cosigned"
    case overloadAtOnce = "overload-at-once"
    case overloadAsTold = "overload-as-told"
    case crossPost = "cross-post"
    case crossGet = "cross-get"
    case bulkOrdered = "bulk-ordered"
    case readCheckpoint = "read-checkpoint"
    case readTile = "read-tile"
    case readProof = "read-proof"
    case readReceipt = "read-receipt"
    case readBundle = "read-bundle"
    case startClean = "start-clean"
    case startKilled = "start-killed"
    case startRebuilt = "start-rebuilt"
    case tilesExport = "tiles-export"
    case monitor = "monitor"
    case verifyLog = "verify-log"
    case verifyHashes = "verify-hashes"
    case bulkRandom = "bulk-random"

    var group: RowGroup {
        switch self {
        case .sha256, .flush, .copy, .healthz, .barePost, .bareGet: .baseline
        case .post1, .post64, .post256, .postStamped, .postCosigned: .post
        case .overloadAtOnce, .overloadAsTold: .overload
        case .crossPost, .crossGet: .cross
        case .bulkOrdered, .bulkRandom: .bulk
        case .readCheckpoint, .readTile, .readProof, .readReceipt, .readBundle: .read
        case .startClean, .startKilled, .startRebuilt: .start
        case .tilesExport, .monitor, .verifyLog, .verifyHashes: .offline
        }
    }

    var title: String {
        switch self {
        case .sha256: "SHA-256 of 1 KiB, one core"
        case .flush: "4 KiB appended and flushed (fdatasync)"
        case .copy: "plain file copy, in the cache"
        case .healthz: "empty GET, our server (/healthz), 64 connections"
        case .barePost: "1-KiB POST, bare SwiftNIO, 64 connections"
        case .bareGet: "empty GET, bare SwiftNIO, 64 connections"
        case .post1: "1 connection"
        case .post64: "64 connections"
        case .post256: "256 connections"
        case .postStamped: "64 connections, a timestamp every 5 s"
        case .postCosigned: "64 connections, two witnesses cosign heads"
        case .overloadAtOnce: "refused ones try again at once"
        case .overloadAsTold: "refused ones wait as Retry-After says"
        case .crossPost: "single POST, 256 connections"
        case .crossGet: "GET /healthz, 64 connections"
        case .bulkOrdered: "time-ordered ids (UUIDv7)"
        case .bulkRandom: "random ids (UUIDv4)"
        case .readCheckpoint: "checkpoint"
        case .readTile: "full hash tile, 8 KiB"
        case .readProof: "inclusion proof"
        case .readReceipt: "receipt"
        case .readBundle: "full entry bundle"
        case .startClean: "after a clean stop"
        case .startKilled: "after kill -9 under load"
        case .startRebuilt: "index deleted, built again"
        case .tilesExport: "countersign tiles export"
        case .monitor: "countersign monitor, from nothing, over local tiles"
        case .verifyLog: "countersign-verify log"
        case .verifyHashes: "countersign-verify log --hashes-only"
        }
    }
}

/// Rows that stand together in the table, in the order in which they are measured.
enum RowGroup: String, CaseIterable, Codable {
    case baseline, post, overload, cross, bulk, read, start, offline

    var title: String {
        switch self {
        case .baseline: "This machine's own limits"
        case .post: "Single POST of a 1-KiB event: sealed, flushed, signed, receipt in the answer"
        case .overload: "Overload: ten times as many connections as the inbox holds"
        case .cross: "Cross-check: wrk beside this load generator"
        case .bulk: "NDJSON, 1,000 events a POST, 4 connections"
        case .read: "Reading, 64 connections"
        case .start: "Start of the server, at the log's size"
        case .offline: "Offline"
        }
    }
}

/// What a figure counts in.
enum FigureUnit: String, Codable {
    case perSecond = "/s"
    case gigabytesPerSecond = "GB/s"
    case megabytesPerSecond = "MB/s"
    case seconds = "s"
    case milliseconds = "ms"
    case microseconds = "µs"
    case megabytes = "MB"
    case bytes = "B"
    case percent = "%"
    case count = ""
}

/// One number of a row: the median of its slices.
struct Figure: Codable {
    let name: String
    let unit: FigureUnit
    let value: Double
    let slices: [Double]

    init?(_ name: String, _ unit: FigureUnit, _ slices: [Double]) {
        guard !slices.isEmpty else { return nil }
        self.name = name
        self.unit = unit
        self.slices = slices
        value = slices.median
    }
}

extension [Double] {
    /// The middle one of an odd number, the mean of the two middle ones of an even number; 0 of none.
    var median: Double {
        let sorted = sorted()
        guard let last = sorted.last else { return 0 }
        let middle = sorted[..<(count / 2)].last ?? last
        return count % 2 == 1 ? sorted[count / 2] : (middle + sorted[count / 2]) / 2
    }
}

/// One line of the table.
struct Row: Codable {
    let name: RowName
    let group: RowGroup
    let title: String
    private(set) var figures: [Figure] = []
    var noise = Noise()
    /// What a reader should know of this row.
    var notes: [String] = []
    /// What should not have happened, and how often.
    private(set) var unexpected: [String: Int] = [:]

    init(_ name: RowName) {
        self.name = name
        group = name.group
        title = name.title
    }

    mutating func add(_ name: String, _ unit: FigureUnit, _ slices: [Double]) {
        if let figure = Figure(name, unit, slices) { figures.append(figure) }
    }

    mutating func add(_ name: String, _ unit: FigureUnit, _ value: Double) { add(name, unit, [value]) }

    mutating func note(unexpected more: [String: Int]) { unexpected.merge(more, uniquingKeysWith: +) }

    func value(_ name: String) -> Double? { figures.first { $0.name == name }?.value }
}
