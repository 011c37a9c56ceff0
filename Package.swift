// swift-tools-version: 6.2
import PackageDescription

// The layers of the house, lowest first. A target may import only what its row names, and
// `tools/check-layers` holds it to that: the package manager alone would let a target import a
// module that it reaches through another.

/// `COUNTERSIGN_LIGHT=1` leaves out the targets that need a server or a database, so that everything
/// below them builds in a minute or two and is tested first.
let light = Context.environment["COUNTERSIGN_LIGHT"] != nil

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A release is compiled for where its time goes. `tools/profile/run` finds that out: `COUNTERSIGN_PROFILE=make` has it counted.
let profile: [SwiftSetting] = [
    .unsafeFlags(
        Context.environment["COUNTERSIGN_PROFILE"] == "make"
            ? ["-Xfrontend", "-ir-profile-generate"]
            : ["-Xfrontend", "-ir-profile-use=\(Context.packageDirectory)/tools/profile/hot-paths.profdata"],
        .when(configuration: .release))
]

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings + profile)
}

func command(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings + profile)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: ["TestMaterial"] + dependencies, swiftSettings: settings)
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let lightTargets: [Target] = [
    // 0: headers of a system library
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLinux"),
    // 1: the only Swift that touches libcrypto
    room("LedgerCrypto", ["COpenSSL"]),
    // 2: pure
    room("MerkleTree", ["LedgerCrypto"]),
    room("SignedNotes", ["LedgerCrypto", "MerkleTree"]),
    room("ApprovalEvents", ["LedgerCrypto", "MerkleTree"]),
    room("Oversight", ["ApprovalEvents", "MerkleTree"]),
    // 3: pure, then packages
    room("Verification", ["LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "Oversight"]),
    room("Reporting", ["LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "Oversight", "Verification"]),
    room(
        "EvidencePackages",
        ["LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "Oversight", "Verification", "Reporting"]),
    // 4: sequence, commit, sign, prove
    room("LedgerEngine", ["LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents"]),
    // 4: has the log's heads cosigned
    room("Cosigning", ["LedgerCrypto", "MerkleTree", "SignedNotes", "LedgerEngine"]),
    // 5: the store
    room(
        "LogFiles",
        ["CLinux", "LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "LedgerEngine", "Cosigning"]),
    // 6: the auditor's command: no server, no database, no TLS library
    command(
        "countersign-verify",
        [
            "LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "Oversight", "Verification", "Reporting",
            "EvidencePackages", argumentParser,
        ]),

    .systemLibrary(name: "CSpawn", path: "Tests/CSpawn"),
    .target(name: "TestMaterial", dependencies: ["CSpawn"], path: "Tests/TestMaterial", swiftSettings: settings),
    // A log in memory, for tests of what auditors get.
    .target(
        name: "TestLog", dependencies: ["LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "Verification"],
        path: "Tests/TestLog", swiftSettings: settings),
    tests("LedgerCryptoTests", ["LedgerCrypto"]),
    tests("MerkleTreeTests", ["LedgerCrypto", "MerkleTree"]),
    tests("SignedNotesTests", ["LedgerCrypto", "MerkleTree", "SignedNotes"]),
    tests("ApprovalEventsTests", ["LedgerCrypto", "MerkleTree", "ApprovalEvents"]),
    tests("OversightTests", ["LedgerCrypto", "MerkleTree", "ApprovalEvents", "Oversight"]),
    tests(
        "VerificationTests",
        ["TestLog", "LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "Oversight", "Verification"]),
    tests(
        "ReportingTests",
        [
            "TestLog", "LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "Oversight", "Verification",
            "Reporting",
        ]),
    tests(
        "EvidencePackagesTests",
        [
            "TestLog", "LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "Oversight", "Verification",
            "Reporting",
            "EvidencePackages",
        ]),
    // Runs the auditor's command as he does, and gives its files to other programs.
    tests(
        "VerifierTests",
        [
            "TestLog", "LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "Verification", "Reporting",
            "EvidencePackages", "countersign-verify",
        ]),
    tests(
        "LedgerEngineTests",
        ["LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "LedgerEngine", "LogFiles"]),
    tests("CosigningTests", ["LedgerCrypto", "MerkleTree", "SignedNotes", "LedgerEngine", "Cosigning", "LogFiles"]),
]

let serverTargets: [Target] = [
    // 0: what jemalloc is told, where it is linked
    .target(name: "CAllocator"),
    room(
        "SQLiteIndex",
        [
            "LedgerCrypto", "MerkleTree", "ApprovalEvents", "LedgerEngine",
            .product(name: "GRDB", package: "GRDB.swift"),
        ]),
    room(
        "LedgerHTTP",
        [
            "LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "Verification", "LedgerEngine", "Cosigning",
            .product(name: "Hummingbird", package: "hummingbird"),
            .product(name: "HummingbirdCore", package: "hummingbird"),
            .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
            .product(name: "HTTPTypes", package: "swift-http-types"),
        ]),
    // A witness of any log, apart from the ledger.
    room(
        "LogWitness",
        [
            "LedgerCrypto", "MerkleTree", "SignedNotes",
            .product(name: "Hummingbird", package: "hummingbird"),
            .product(name: "HummingbirdCore", package: "hummingbird"),
            .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "HTTPTypes", package: "swift-http-types"),
        ]),
    command(
        "countersign",
        [
            "CAllocator", "LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "Oversight", "Verification",
            "Reporting", "EvidencePackages", "LedgerEngine", "Cosigning", "LogFiles", "SQLiteIndex", "LedgerHTTP",
            "LogWitness", argumentParser,
            .product(name: "Hummingbird", package: "hummingbird"),
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
        ]),
    tests(
        "SQLiteIndexTests",
        [
            "LedgerCrypto", "MerkleTree", "ApprovalEvents", "LedgerEngine", "LogFiles", "SQLiteIndex",
            .product(name: "GRDB", package: "GRDB.swift"),
        ]),
    tests(
        "LedgerHTTPTests",
        [
            "LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "Verification", "LedgerEngine", "LogFiles",
            "SQLiteIndex", "LedgerHTTP",
            .product(name: "Hummingbird", package: "hummingbird"),
            .product(name: "HummingbirdTesting", package: "hummingbird"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            .product(name: "Logging", package: "swift-log"),
        ]),
    tests("LogWitnessTests", ["TestLog", "LedgerCrypto", "MerkleTree", "SignedNotes", "LogWitness"]),
    // Runs the built binaries as their users do.
    tests(
        "CommandTests",
        [
            "TestLog", "LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", "Verification", "countersign",
            "countersign-verify",
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
        ]),
    // Measures the built server from outside; `tools/bench` runs it.
    .systemLibrary(name: "CEpoll", path: "Tests/CEpoll"),
    .executableTarget(
        name: "bench",
        dependencies: [
            "CEpoll", "TestMaterial", "LedgerCrypto", "MerkleTree", "SignedNotes", "ApprovalEvents", argumentParser,
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
        ],
        path: "Tests/Bench", swiftSettings: settings),
    tests("BenchTests", ["LedgerCrypto", "ApprovalEvents", "bench"]),
]

let package = Package(
    name: "countersign",
    products: [
        .executable(name: "countersign-verify", targets: ["countersign-verify"]),
        .library(
            name: "CountersignVerification", targets: ["MerkleTree", "SignedNotes", "ApprovalEvents", "Verification"]),
    ] + (light ? [] : [.executable(name: "countersign", targets: ["countersign"])]),
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ]
        + (light
            ? []
            : [
                .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
                .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
                .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
                .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
                .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
                .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
                .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
                .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
            ]),
    targets: lightTargets + (light ? [] : serverTargets)
)
