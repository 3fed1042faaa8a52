internal import AdapterKit
internal import AdapterRegistry
internal import CreditModel
internal import Foundation

/// Everything that the configuration says, checked.
struct Settings: Sendable {
    /// `iss` of all that is signed.
    var issuer: String
    /// In which pages for people are written.
    var language: Language
    var storePath: String
    var keysFolder: String
    /// Where files are spooled while they are checked.
    var spoolFolder: String
    /// The installation's secret, under which restricted keys are digested.
    var secretPath: String
    /// Who may ask, for what, and how that is kept.
    var access: AccessSettings
    /// Who hears of changes, and how.
    var watch: WatchSettings
    /// What is handed out of everything at once.
    var snapshots: SnapshotSettings
    var host: String
    var port: Int
    /// Whether the server calls the webhooks, too; nil where nothing is said.
    var runsWebhooks: Bool?
    /// How it is carried.
    var serve: ServeSettings
    /// The share of a source's records that a complete read may withdraw without a person's word.
    var withdrawalShare: Double
    /// Seconds without a good run after which a source counts as late.
    var lateAfter: Int64
    var limits: FeedLimits
    var retry: RetryPolicy
    /// The sources that are switched on, in the registry's order.
    var sources: [SourceConfiguration]

    /// Reads the file, the environment and `--set`, the later winning.
    ///
    /// Relative paths are relative to the file.
    static func load(file: String, overrides: [String], environment: [String: String]) async throws(CommandError)
        -> Settings
    {
        let reader = try await SettingsReader(path: file, overrides: overrides, environment: environment)
        let folder = URL(filePath: file).deletingLastPathComponent()
        func path(_ key: String, default name: String) -> String {
            let text = reader.text(key) ?? name
            return text.hasPrefix("/") ? text : folder.appending(path: text).path
        }
        var settings = Settings(
            issuer: reader.text("issuer") ?? "suixin",
            language: try language(reader),
            storePath: path("store", default: "data/suixin.sqlite"),
            keysFolder: path("keys", default: "keys"),
            spoolFolder: path("spool", default: "data/spool"),
            secretPath: path("secretFile", default: "keys/installation.secret"),
            access: try access(reader, path),
            watch: try WatchSettings(reader, path),
            snapshots: try SnapshotSettings(reader, path),
            host: reader.text("serve.host") ?? "127.0.0.1",
            port: try reader.whole("serve.port") ?? 8080,
            runsWebhooks: try reader.flag("serve.webhooks"),
            serve: try ServeSettings(reader, path),
            withdrawalShare: try reader.decimal("sync.withdrawalShare") ?? 0.2,
            lateAfter: Int64(try reader.whole("sync.lateAfterHours") ?? 36) * 3600,
            limits: try limits(reader),
            retry: try retry(reader),
            sources: []
        )
        guard 0...1 ~= settings.withdrawalShare else {
            throw CommandError(
                "sync.withdrawalShare must lie between 0 and 1: 0.2 lets a complete read withdraw one record in five."
            )
        }
        guard 0...65_535 ~= settings.port else { throw CommandError("serve.port must lie between 0 and 65535.") }
        // What is signed must stay within a verifier's limits, and the issuer is in all of it.
        guard settings.issuer.utf8.count <= 200 else { throw CommandError("issuer must be at most 200 bytes long.") }
        for adapter in AdapterRegistry.all {
            if let source = try source(adapter.descriptor.id, reader, in: folder) { settings.sources.append(source) }
        }
        return settings
    }

    private static func access(
        _ reader: SettingsReader,
        _ path: (String, String) -> String
    ) throws(CommandError) -> AccessSettings {
        let settings = AccessSettings(
            clientsPath: path("access.clients", "data/access.db"),
            journalPath: path("access.journal", "data/journal.db"),
            audience: reader.text("access.audience"),
            tokenMinutes: try reader.whole("access.tokenMinutes") ?? 15,
            journalDays: try reader.whole("access.journalDays") ?? 0,
            callHours: try reader.whole("access.callHours") ?? 24,
            proxies: Set(
                (reader.text("access.proxies") ?? "").split(separator: ",").map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
            )
        )
        guard settings.proxies.allSatisfy({ $0.wholeMatch(of: /[0-9a-fA-F:.]+/) != nil }) else {
            throw CommandError("access.proxies must be IP addresses with commas between them, such as 127.0.0.1,::1.")
        }
        guard 1...720 ~= settings.callHours else {
            throw CommandError("access.callHours must lie between 1 and 720: 24 is usual.")
        }
        guard 1...1440 ~= settings.tokenMinutes else {
            throw CommandError("access.tokenMinutes must lie between 1 and 1440: 15 is usual.")
        }
        guard settings.journalDays <= 36_500 else { throw CommandError("access.journalDays must be at most 36500.") }
        return settings
    }

    private static func language(_ reader: SettingsReader) throws(CommandError) -> Language {
        guard let name = reader.text("language") else { return .chinese }
        guard let language = Language(rawValue: name) else { throw CommandError("language must be zh or en.") }
        return language
    }

    /// nil where it is switched off or has no `baseURL`.
    private static func source(
        _ agency: AgencyID,
        _ reader: SettingsReader,
        in folder: URL
    ) throws(CommandError) -> SourceConfiguration? {
        let prefix = "sources.\(agency)"
        guard try reader.flag("\(prefix).enabled") ?? true, let base = reader.text("\(prefix).baseURL") else {
            return nil
        }
        guard let url = URL(string: base), url.scheme == "http" || url.scheme == "https", url.host() != nil,
            url.query() == nil
        else {
            throw CommandError(
                "\(prefix).baseURL must be an http or https address without a query, such as https://example.org/\(agency)."
            )
        }
        guard url.user() == nil, url.password() == nil else {
            throw CommandError(
                "\(prefix).baseURL must hold no user and password: put them into \(prefix).user and \(prefix).passwordFile."
            )
        }
        var source = SourceConfiguration(agency: agency, baseURL: base.hasSuffix("/") ? String(base.dropLast()) : base)
        source.token = try secret("\(prefix).token", reader, in: folder)
        source.user = reader.text("\(prefix).user")
        source.password = try secret("\(prefix).password", reader, in: folder)
        source.pageSize = try reader.whole("\(prefix).pageSize")
        if let since = reader.text("\(prefix).since") {
            guard let day = Day(since) else { throw CommandError("\(prefix).since must be a day, such as 2000-01-01.") }
            source.since = day
        }
        return source
    }

    /// The value itself, or the contents of the file that `…File` names; what comes later in order wins over both.
    private static func secret(_ key: String, _ reader: SettingsReader, in folder: URL) throws(CommandError) -> Secret?
    {
        let (isValueOverridden, isFileOverridden) = (reader.isOverridden(key), reader.isOverridden(key + "File"))
        let file = isValueOverridden && !isFileOverridden ? nil : reader.text(key + "File")
        if let value = reader.secret(key), isValueOverridden || !isFileOverridden {
            guard file == nil else { throw CommandError("Both \(key) and \(key)File are set; take one of them away.") }
            return Secret(value)
        }
        guard let file else { return nil }
        let path = file.hasPrefix("/") ? file : folder.appending(path: file).path
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else {
            throw CommandError("\(key)File names \(path), which cannot be read; create it or correct the setting.")
        }
        return Secret(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static func limits(_ reader: SettingsReader) throws(CommandError) -> FeedLimits {
        var limits = FeedLimits()
        limits.page = try reader.whole("limits.pageBytes") ?? limits.page
        limits.file = try reader.whole("limits.fileBytes") ?? limits.file
        limits.row = try reader.whole("limits.rowBytes") ?? limits.row
        limits.text = try reader.whole("limits.textBytes") ?? limits.text
        limits.depth = try reader.whole("limits.depth") ?? limits.depth
        limits.attributes = try reader.whole("limits.attributes") ?? limits.attributes
        limits.inflation = try reader.whole("limits.inflation") ?? limits.inflation
        limits.connectTimeout = try reader.whole("limits.connectMilliseconds") ?? limits.connectTimeout
        limits.firstByteTimeout = try reader.whole("limits.firstByteMilliseconds") ?? limits.firstByteTimeout
        limits.stallTimeout = try reader.whole("limits.stallMilliseconds") ?? limits.stallTimeout
        limits.redirects = try reader.whole("limits.redirects") ?? limits.redirects
        limits.batch = max(1, try reader.whole("limits.batchRows") ?? limits.batch)
        return limits
    }

    private static func retry(_ reader: SettingsReader) throws(CommandError) -> RetryPolicy {
        var retry = RetryPolicy()
        retry.firstDelay = try reader.whole("retry.firstDelayMilliseconds") ?? retry.firstDelay
        retry.longestDelay = try reader.whole("retry.longestDelayMilliseconds") ?? retry.longestDelay
        retry.attempts = max(1, try reader.whole("retry.attempts") ?? retry.attempts)
        retry.longestRetryAfter = try reader.whole("retry.longestRetryAfterMilliseconds") ?? retry.longestRetryAfter
        return retry
    }
}
