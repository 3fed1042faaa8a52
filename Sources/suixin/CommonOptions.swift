internal import ArgumentParser
internal import Foundation

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: "The configuration file (or SUIXIN_CONFIG).")
    var configuration: String?

    @Option(
        name: .customLong("set"),
        parsing: .singleValue,
        help: ArgumentHelp("A setting that wins over file and environment; may be repeated.", valueName: "key=value")
    )
    var overrides: [String] = []

    @Flag(help: "Output for machines: JSON.")
    var json = false

    var configurationPath: String {
        configuration ?? ProcessInfo.processInfo.environment["SUIXIN_CONFIG"] ?? "suixin.json"
    }

    /// The settings; a file that was named must be there, `suixin.json` need not be.
    func settings() async throws(CommandError) -> Settings {
        let path = configurationPath
        let isNamed = configuration != nil || ProcessInfo.processInfo.environment["SUIXIN_CONFIG"] != nil
        if isNamed, !FileManager.default.fileExists(atPath: path) {
            throw CommandError("There is no configuration \(path); `suixin init --config \(path)` writes one.")
        }
        return try await settings(beside: path)
    }

    /// The settings that hold beside a file, whether it is there or not.
    func settings(beside path: String) async throws(CommandError) -> Settings {
        try await Settings.load(
            file: path,
            overrides: overrides,
            environment: ProcessInfo.processInfo.environment
        )
    }
}

/// Moments and days for commands: the only clock of the program.
enum Now {
    /// POSIX seconds.
    static var posix: Int64 { Int64(Date().timeIntervalSince1970) }
    /// POSIX milliseconds.
    static var milliseconds: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
