internal import AdapterRegistry
internal import CreditModel
internal import AdapterKit

/// One key of the configuration, as the file, the environment and `--set` name it.
struct SettingKey: Sendable, Hashable {
    enum Kind: String, Sendable {
        case text = "a text"
        case whole = "a whole number"
        case decimal = "a number"
        case flag = "true or false"
    }

    /// Components joined by dots: `sources.hongdun.baseURL`.
    let path: String
    let kind: Kind
    /// Whether its value must not be printed.
    let isSecret: Bool

    init(_ path: String, _ kind: Kind = .text, isSecret: Bool = false) {
        self.path = path
        self.kind = kind
        self.isSecret = isSecret
    }

    /// `SUIXIN_SOURCES_HONGDUN_BASE_URL`: upper case, `_` where a dot or the hump of a word was.
    var environmentName: String {
        var name = "SUIXIN_"
        var previous: Character = "."
        for character in path {
            if previous.isLowercase, character.isUppercase { name.append("_") }
            name += character == "." ? "_" : character.uppercased()
            previous = character
        }
        return name
    }

    /// Every key there is: anything else in a file, an option or the environment is a mistake worth telling.
    static let all: [SettingKey] =
        general + ServeSettings.keys
        + AdapterRegistry.all.flatMap { adapter in
            perSource.map { SettingKey("sources.\(adapter.descriptor.id).\($0.path)", $0.kind, isSecret: $0.isSecret) }
        }

    private static let general = [
        SettingKey("issuer"), SettingKey("language"), SettingKey("store"), SettingKey("keys"), SettingKey("spool"),
        SettingKey("secretFile"),
        SettingKey("access.clients"), SettingKey("access.journal"), SettingKey("access.audience"),
        SettingKey("access.tokenMinutes", .whole), SettingKey("access.journalDays", .whole),
        SettingKey("access.callHours", .whole), SettingKey("access.proxies"),
        SettingKey("watch.store"), SettingKey("webhooks.baseURL"), SettingKey("webhooks.ports"),
        SettingKey("webhooks.sandbox", .flag), SettingKey("webhooks.answeredDays", .whole),
        SettingKey("snapshots.folder"), SettingKey("snapshots.keep", .whole),
        SettingKey("serve.host"), SettingKey("serve.port", .whole), SettingKey("serve.webhooks", .flag),
        SettingKey("sync.withdrawalShare", .decimal), SettingKey("sync.lateAfterHours", .whole),
        SettingKey("limits.pageBytes", .whole), SettingKey("limits.fileBytes", .whole),
        SettingKey("limits.rowBytes", .whole),
        SettingKey("limits.textBytes", .whole), SettingKey("limits.depth", .whole),
        SettingKey("limits.attributes", .whole),
        SettingKey("limits.inflation", .whole), SettingKey("limits.connectMilliseconds", .whole),
        SettingKey("limits.firstByteMilliseconds", .whole), SettingKey("limits.stallMilliseconds", .whole),
        SettingKey("limits.redirects", .whole), SettingKey("limits.batchRows", .whole),
        SettingKey("retry.firstDelayMilliseconds", .whole), SettingKey("retry.longestDelayMilliseconds", .whole),
        SettingKey("retry.attempts", .whole), SettingKey("retry.longestRetryAfterMilliseconds", .whole),
    ]

    private static let perSource = [
        SettingKey("enabled", .flag), SettingKey("baseURL"), SettingKey("token", isSecret: true),
        SettingKey("tokenFile"),
        SettingKey("user"), SettingKey("password", isSecret: true), SettingKey("passwordFile"), SettingKey("since"),
        SettingKey("pageSize", .whole),
    ]

    /// The known key that a mistyped one most resembles.
    static func nearest(to path: String) -> SettingKey? {
        let wanted = Array(path.lowercased())
        return all.map { ($0, distance(Array($0.path.lowercased()), wanted)) }
            .filter { $0.1 <= max(3, wanted.count / 3) }
            .min { $0.1 < $1.1 }?.0
    }

    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let substituted = diagonal + (x == y ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
