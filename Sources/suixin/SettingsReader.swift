internal import CanonicalJSON
internal import Configuration
internal import Foundation

/// Reads keys from `--set`, the environment and the file, in this order of precedence.
///
/// Unknown keys and values of a wrong type are errors: a mistyped limit must not pass for the default.
struct SettingsReader {
    private let reader: ConfigReader
    private let environment: [String: String]
    private let path: String

    /// Reads and merges all of them; a name that nobody knows is an error.
    ///
    /// - Parameters:
    ///   - path: the configuration file; one that is not there is empty.
    ///   - overrides: `key=value` texts of `--set`.
    ///   - environment: the process' own.
    /// - Throws: ``CommandError`` that names the file or key to mend.
    init(path: String, overrides: [String], environment: [String: String]) async throws(CommandError) {
        var merged = environment.filter { $0.key.hasPrefix("SUIXIN_") }
        try Self.checkNames(of: merged)
        for override in overrides {
            let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                throw CommandError("--set takes KEY=VALUE, such as serve.port=8080; got “\(parts[0])”.", exit: .usage)
            }
            merged[try Self.known(parts[0], in: "--set").environmentName] = parts[1]
        }
        try Self.checkFile(path)
        self.environment = merged
        self.path = path
        do {
            let place = InMemoryProvider(values: [
                "filePath": .init(.string(path), isSecret: false), "allowMissing": true,
            ])
            let file = try await FileProvider<JSONSnapshot>(config: ConfigReader(provider: place))
            let values = EnvironmentVariablesProvider(environmentVariables: merged).prefixKeys(with: "suixin")
            reader = ConfigReader(providers: [values, file])
        } catch {
            // Its contents were checked before.
            throw CommandError("The configuration \(path) cannot be read: check its disk and permissions.")
        }
    }

    func text(_ key: String) -> String? { reader.string(forKey: ConfigKey(key)).flatMap { $0.isEmpty ? nil : $0 } }

    func secret(_ key: String) -> String? {
        reader.string(forKey: ConfigKey(key), isSecret: true).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether `--set` or the environment says it: then it wins over whatever else the file has on the matter.
    func isOverridden(_ key: String) -> Bool {
        guard let known = SettingKey.all.first(where: { $0.path == key }) else { return false }
        return environment[known.environmentName]?.isEmpty == false
    }

    func whole(_ key: String) throws(CommandError) -> Int? {
        let value = reader.int(forKey: ConfigKey(key))
        if let value, value < 0 { throw CommandError("\(key) must not be negative.") }
        return try checked(value, key)
    }

    func decimal(_ key: String) throws(CommandError) -> Double? {
        try checked(reader.double(forKey: ConfigKey(key)), key)
    }

    func flag(_ key: String) throws(CommandError) -> Bool? { try checked(reader.bool(forKey: ConfigKey(key)), key) }

    /// The library gives nil for what it cannot parse, as for what is not there; the two must not be confused.
    private func checked<T>(_ value: T?, _ key: String) throws(CommandError) -> T? {
        if value == nil, let known = SettingKey.all.first(where: { $0.path == key }),
            environment[known.environmentName] != nil
        {
            throw CommandError("\(known.environmentName) (or --set \(key)=…) must be \(known.kind.rawValue).")
        }
        return value
    }

    private static func known(_ path: String, in place: String) throws(CommandError) -> SettingKey {
        if let key = SettingKey.all.first(where: { $0.path == path }) { return key }
        let hint = SettingKey.nearest(to: path).map { "; did you mean “\($0.path)”?" } ?? "."
        throw CommandError("\(place): there is no setting “\(path)”\(hint)")
    }

    /// What the sample clients take from the environment, which may be the same.
    private static let clientNames = [
        "SUIXIN_KEY", "SUIXIN_PURPOSE", "SUIXIN_TIMEOUT", "SUIXIN_WEBHOOK_SECRET", "SUIXIN_AGENCIES_TOKEN",
        "SUIXIN_AGENCIES_USER", "SUIXIN_AGENCIES_PASSWORD",
    ]

    private static func checkNames(of environment: [String: String]) throws(CommandError) {
        let names = Set(SettingKey.all.map(\.environmentName)).union(["SUIXIN_CONFIG"]).union(clientNames)
        for name in environment.keys.sorted() where !names.contains(name) {
            let path = name.dropFirst("SUIXIN_".count).lowercased().replacing("_", with: ".")
            let hint = SettingKey.nearest(to: path).map { "; did you mean \($0.environmentName)?" } ?? "."
            throw CommandError("The environment sets \(name), which is no setting\(hint) Unset it or correct its name.")
        }
    }

    private static func checkFile(_ path: String) throws(CommandError) {
        guard let data = FileManager.default.contents(atPath: path) else {
            guard !FileManager.default.fileExists(atPath: path) else {
                throw CommandError("The configuration \(path) cannot be read: it must be a file that you may read.")
            }
            return
        }
        let document: JSONValue
        do { document = try JSONValue(parsing: Array(data)) } catch {
            throw CommandError("The configuration \(path) is no valid JSON: \(error)")
        }
        guard case .object = document else {
            throw CommandError("The configuration \(path) must be a JSON object, such as { \"issuer\": \"…\" }.")
        }
        try checkMembers(document, prefix: "", file: path)
    }

    private static func checkMembers(_ value: JSONValue, prefix: String, file: String) throws(CommandError) {
        if case .object(let members) = value {
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                try checkMembers(member, prefix: prefix.isEmpty ? name : "\(prefix).\(name)", file: file)
            }
            return
        }
        guard !SettingKey.all.contains(where: { $0.path.hasPrefix(prefix + ".") }) else {
            throw CommandError("\(file): \(prefix) must be an object.")
        }
        let key = try known(prefix, in: file)
        let fits =
            switch (key.kind, value) {
            case (.text, .string), (.whole, .integer), (.decimal, .integer), (.decimal, .number), (.flag, .bool): true
            default: false
            }
        guard fits else { throw CommandError("\(file): \(prefix) must be \(key.kind.rawValue).") }
    }
}
