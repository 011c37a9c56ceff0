import Foundation

/// A directory that is gone after the test.
enum TemporaryDirectory {
    static func with<Value>(_ body: (String) throws -> Value) throws -> Value {
        let directory = try make()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try body(directory)
    }

    static func during<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let directory = try make()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await body(directory)
    }

    static func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }

    private static func make() throws -> String {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("countersign-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url.path
    }
}
