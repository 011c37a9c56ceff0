import AsyncHTTPClient
import Foundation
import LedgerCrypto
import MerkleTree
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import SignedNotes
import Verification

/// A log as it is served: a C2SP tlog-tiles tree behind an address, or in a folder. Nothing that it gives is checked
/// here but its form.
struct TileSource: Sendable {
    /// Why something could not be had. What the log itself did wrong is told from what only keeps us from asking.
    enum Failure: Error {
        /// The server did not answer: nothing is known.
        case notReached(String)
        /// The server answers, but not us: a token is missing or not enough.
        case refused(String)
        /// The log does not serve what its head needs.
        case missing(String)
        /// What was served is no tile, or no bundle, of its width.
        case malformed(String)
    }

    private let fetch: @Sendable (_ path: String) async throws -> Fetched

    enum Fetched {
        case found([UInt8])
        case absent
        case refused(UInt)
    }

    /// Opens a source for the time of `work`.
    /// - Parameters:
    ///   - address: `http://…`, `https://…`, `file:///…`, or a folder.
    ///   - token: sent as a bearer token.
    static func with<Result>(
        _ address: String, token: String?, work: (TileSource) async throws -> Result
    ) async throws -> Result {
        guard let url = URL(string: address), let scheme = url.scheme, ["http", "https"].contains(scheme) else {
            let folder = URL(string: address).flatMap { $0.scheme == "file" ? $0.path : nil } ?? address
            guard FileManager.default.fileExists(atPath: folder) else {
                throw CommandFailure.usage("\(address) is neither an address (http://… or https://…) nor a folder")
            }
            return try await work(TileSource { path in try read("\(folder)/\(path)") })
        }
        guard url.host != nil else { throw CommandFailure.usage("\(address) names no host") }
        var configuration = HTTPClient.Configuration(timeout: .init(connect: .seconds(10), read: .seconds(60)))
        // Bundles may come compressed without being asked for so (tlog-tiles, "Log entries").
        configuration.decompression = .enabled(limit: .size(maxByteCount))
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let base = address.hasSuffix("/") ? String(address.dropLast()) : address
        let client = TileClient(http: http, base: base, authorization: token.map { "Bearer \($0)" })
        do {
            let result = try await work(TileSource { try await client.get($0) })
            try await http.shutdown()
            return result
        } catch {
            try? await http.shutdown()
            throw error
        }
    }

    /// A bundle of 256 entries of 65,535 bytes, and their lengths.
    static let maxByteCount = 256 * 65_537

    private static func read(_ path: String) throws -> Fetched {
        if access(path, R_OK) == 0 { return .found(try Files.read(path)) }
        // A folder of entries that is not for us, as a server's answer would be.
        if errno == EACCES { return .refused(403) }
        guard errno == ENOENT || errno == ENOTDIR else { return .found(try Files.read(path)) }
        return .absent
    }

    // MARK: What a log serves

    /// The signed head, as bytes.
    func checkpoint() async throws -> [UInt8] {
        guard let note = try await found("checkpoint") else { throw Failure.missing("there is no `checkpoint`") }
        return note
    }

    /// A tile's hashes. Where a partial tile was removed because the full one is there, the full one is cut down.
    func tile(_ tile: TileAddress) async throws -> [Digest] {
        let path = TilePath.format(tile)
        var bytes = try await found(path)
        if bytes == nil, tile.isPartial, let full = TileAddress(level: tile.level, index: tile.index) {
            bytes = try await found(TilePath.format(full)).map { Array($0.prefix(Digest.byteCount * tile.width)) }
        }
        guard let bytes else { throw Failure.missing("\(path) is missing") }
        let expected = Digest.byteCount * tile.width
        guard bytes.count == expected else {
            throw Failure.malformed("\(path) has \(bytes.count) bytes instead of \(expected)")
        }
        return stride(from: 0, to: expected, by: Digest.byteCount)
            .compactMap { Digest(bytes[$0..<$0 + Digest.byteCount]) }
    }

    /// A bundle's bytes: of a removed partial one, as many entries of the full one.
    func bundle(_ index: UInt64, width: Int) async throws -> [UInt8] {
        let path = TilePath.format(entries: index, width: width)
        if let bytes = try await found(path) { return bytes }
        guard width < TileAddress.fullWidth,
            let full = try await found(TilePath.format(entries: index, width: TileAddress.fullWidth))
        else { throw Failure.missing("\(path) is missing") }
        do throws(EntryBundle.Failure) {
            return try EntryBundle.cut(full, to: width)
        } catch { throw Failure.malformed("\(path): \(error)") }
    }

    private func found(_ path: String) async throws -> [UInt8]? {
        switch try await fetch(path) {
        case .found(let bytes): return bytes
        case .absent: return nil
        case .refused(let status):
            throw Failure.refused("\(path) is not for everybody (\(status)): a token with the role read is needed")
        }
    }
}

/// Requests that survive a busy moment. Everything asked for is safe to ask again.
private struct TileClient: Sendable {
    let http: HTTPClient
    let base: String
    let authorization: String?

    private static let patience = Duration.seconds(20)

    func get(_ path: String) async throws -> TileSource.Fetched {
        var request = HTTPClientRequest(url: "\(base)/\(path)")
        request.headers.add(name: "accept-encoding", value: "gzip, identity")
        if let authorization { request.headers.add(name: "authorization", value: authorization) }
        let end = ContinuousClock.now + Self.patience
        var pause = Duration.milliseconds(100)
        while true {
            let trouble: String
            do {
                let response = try await http.execute(request, timeout: .seconds(120))
                switch response.status.code {
                case 200: return .found(Array(buffer: try await response.body.collect(upTo: TileSource.maxByteCount)))
                case 404, 410: return .absent
                case 401, 403: return .refused(response.status.code)
                case 429, 500...: trouble = "\(base)/\(path) answers \(response.status.code)"
                case let code: throw TileSource.Failure.notReached("\(base)/\(path) answers \(code)")
                }
            } catch let failure as TileSource.Failure {
                throw failure
            } catch let error as HTTPClientError where error == .remoteConnectionClosed || error == .readTimeout {
                trouble = "cannot reach \(base): \(error)"
            } catch {
                throw TileSource.Failure.notReached("cannot reach \(base): \(error)")
            }
            guard ContinuousClock.now < end else { throw TileSource.Failure.notReached(trouble) }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(2))
        }
    }
}
