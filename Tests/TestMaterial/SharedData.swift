import Foundation

/// The reference material that lies beside a checkout (`../shared/data`): published vectors and stories.
/// The project builds and passes without it; tests that read it are enabled only where it is there, and say so.
public enum SharedData {
    public static let skipNote: String = "../shared/data is not there: these published vectors are skipped"

    public static var isPresent: Bool { root != nil }

    /// The file or folder at `path` below `../shared/data`.
    public static func url(_ path: String) -> URL {
        guard let root else { preconditionFailure(skipNote) }
        return root.appendingPathComponent(path)
    }

    public static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: url(path)))
    }

    private static let root: URL? = {
        let places = [
            ProcessInfo.processInfo.environment["COUNTERSIGN_SHARED"].map { URL(fileURLWithPath: $0) },
            Checkout.root.deletingLastPathComponent().appendingPathComponent("shared"),
        ]
        return places.compactMap { $0?.appendingPathComponent("data") }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }()
}

/// This checkout's own files.
public enum Checkout {
    public static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    public static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: root.appendingPathComponent(path)))
    }
}
