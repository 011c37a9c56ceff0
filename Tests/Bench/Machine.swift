import Glibc

/// The machine that was measured, as far as it says.
struct Machine: Codable {
    let processor: String
    let cores: Int
    let memoryGB: Double
    let kernel: String
    /// Of the folder in which the ledgers stood.
    let fileSystem: String

    init(folder: String) {
        processor = Self.value("model name", in: "/proc/cpuinfo") ?? "unknown processor"
        cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        memoryGB = Double(sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))) / 1e9
        kernel = ((try? SmallFile.read("/proc/sys/kernel/osrelease")) ?? "unknown").filter { $0 != "\n" }
        fileSystem = Self.fileSystem(of: folder)
    }

    private static func value(_ name: String, in file: String) -> String? {
        let lines = ((try? SmallFile.read(file)) ?? "").split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix(name) }), let colon = line.firstIndex(of: ":") else {
            return nil
        }
        return String(line[line.index(after: colon)...].drop { $0 == " " })
    }

    /// The type of the mount that holds the folder: the longest path before it; of several there, the last.
    private static func fileSystem(of folder: String) -> String {
        var found = (length: 0, type: "unknown file system")
        for line in ((try? SmallFile.read("/proc/self/mounts")) ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2 else { continue }
            let place = fields[1]
            let holds = place == "/" || folder == place || folder.hasPrefix(place + "/")
            if holds, place.count >= found.length { found = (place.count, String(fields[2])) }
        }
        return found.type
    }
}

extension Machine: CustomStringConvertible {
    var description: String {
        "\(processor), \(cores) cores, \(Table.number(memoryGB)) GB, Linux \(kernel), \(fileSystem)"
    }
}
