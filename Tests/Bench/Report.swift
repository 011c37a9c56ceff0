import Foundation

/// A whole run, for programs. Every figure has its slices; a rate is in units a second, a share in per cent, noise
/// from 0 to 1.
struct Report: Codable {
    var format = "countersign-bench/1"
    /// When it began.
    let date: Date
    /// How long it took.
    let seconds: Double
    /// What was built: `git describe`.
    let commit: String
    let allocator: String
    let isDebugBuild: Bool
    let size: Plan.Size
    let seed: UInt64
    let machine: Machine
    /// Over the whole of the run.
    let noise: Noise
    let rows: [Row]

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        try SmallFile.write(String(decoding: try encoder.encode(self), as: UTF8.self) + "\n", to: path)
    }
}
