import Glibc

/// What kept this machine from the work that is measured, as shares of all its processor time, 0 to 1.
struct Noise: Codable {
    /// A row with more than this of either is marked: its numbers say less.
    static let tolerable = 0.05

    /// What the machine's host gave to other machines.
    var steal = 0.0
    /// What other programs of this machine used.
    var others = 0.0

    var isTolerable: Bool { max(steal, others) <= Self.tolerable }
}

/// Measures the noise from its making on.
struct NoiseMeter {
    private let start = Reading()

    var noise: Noise {
        let now = Reading()
        let all = now.all - start.all
        guard all > 0 else { return Noise() }
        let others = (now.busy - start.busy) - (now.family - start.family)
        return Noise(steal: (now.stolen - start.stolen) / all, others: max(0, others) / all)
    }

    private struct Reading {
        var stolen = 0.0, busy = 0.0, all = 0.0
        let family = ProcessFacts.familyCPU()

        init() {
            let line = (try? SmallFile.read("/proc/stat"))?.split(separator: "\n").first ?? ""
            // user nice system idle iowait irq softirq steal; what follows is counted in user and nice already.
            let seconds = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
                .map { $0 / Double(sysconf(Int32(_SC_CLK_TCK))) }
            guard seconds.count == 8 else { return }
            stolen = seconds[7]
            busy = seconds[0] + seconds[1] + seconds[2]
            all = seconds.reduce(0, +)
        }
    }
}
