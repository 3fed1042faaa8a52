import Foundation

/// What befalls a program at one of its system calls: see `Tests/Support/SystemFaults`.
struct SystemFault: Sendable, CustomStringConvertible {
    /// What happens.
    enum Effect: Sendable, CustomStringConvertible {
        /// SIGKILL before the call, after it, or after half of what it writes.
        case kill, killAfter, tear
        /// The call fails, and with `isLasting` all later ones of its kind.
        case fail(Int32)

        var description: String {
            switch self {
            case .kill: "kill"
            case .killAfter: "after"
            case .tear: "torn"
            case .fail(let code): String(code)
            }
        }
    }

    /// The call, counted from 1 over all threads; nil lets the program run and only counts.
    var at: Int?
    var effect = Effect.kill
    /// Which calls count: `write`, `sync`, `name`, `open`, `truncate`, `folder`, `read`; by default all but `read`.
    var calls: [String] = []
    /// Only files whose paths end so count.
    var suffix: String?
    var isLasting = false
    /// Seconds by which the clock of the day is ahead.
    var clock: Int64 = 0
    /// Every counted call is noted there.
    var log: String?

    /// Built with the tests, beside the programs.
    static let library = Run.programs + "/libSystemFaults.so"

    /// The environment in which a program meets the fault, on files below a folder.
    func environment(under folder: String) -> [String: String] {
        var environment = ["LD_PRELOAD": Self.library, "FAULT_UNDER": folder, "FAULT_DO": "\(effect)"]
        if let at { environment["FAULT_AT"] = "\(at)" }
        if !calls.isEmpty { environment["FAULT_CALLS"] = calls.joined(separator: ",") }
        if let suffix { environment["FAULT_SUFFIX"] = suffix }
        if isLasting { environment["FAULT_FOREVER"] = "1" }
        if clock != 0 { environment["FAULT_CLOCK"] = "\(clock)" }
        if let log { environment["FAULT_LOG"] = log }
        return environment
    }

    var description: String {
        "\(effect) at \(at ?? 0) of \(calls.isEmpty ? "all" : calls.joined(separator: ","))\(suffix.map { " on " + $0 } ?? "")"
    }
}

/// A system call as the library noted it: what kind, on which file of the installation.
struct NotedCall: Hashable, Sendable {
    let kind: String
    /// Relative to the installation; empty for its folder itself.
    let file: String

    init?(_ line: Substring, under folder: String) {
        let parts = line.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[1] == folder || parts[1].hasPrefix(folder + "/") else { return nil }
        kind = String(parts[0])
        file = String(parts[1].dropFirst(folder.utf8.count + 1))
    }

    static func read(_ path: String, under folder: String) throws -> [NotedCall] {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self).split(separator: "\n")
            .compactMap { NotedCall($0, under: folder) }
    }
}

/// Dice that fall the same way in every run.
struct SeededDice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
