internal import CreditModel
internal import ExchangeAPI
internal import Foundation

/// What the configuration says of answers: which will end, and which sites' pages may read them.
extension ServeSettings {
    /// Announced ends with commas between them, such as `/v1/match deprecated=2027-01-01 sunset=2027-07-01`.
    /// - Throws: ``CommandError`` that says which of them is wrong.
    static func retirements(_ text: String) throws(CommandError) -> [Retirement] {
        var retirements: [Retirement] = []
        for entry in text.split(separator: ",") { retirements.append(try retirement(entry)) }
        return retirements
    }

    private static func retirement(_ entry: Substring) throws(CommandError) -> Retirement {
        let parts = entry.split(whereSeparator: \.isWhitespace)
        var members: [Substring: Substring] = [:]
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, members.updateValue(pair[1], forKey: pair[0]) == nil,
                ["deprecated", "sunset", "successor"].contains(pair[0])
            else { throw malformed("“\(part)” is no part of one") }
        }
        guard let path = parts.first else { throw malformed("one of them is empty") }
        guard let deprecated = try day("deprecated", members) else { throw malformed("\(path) lacks deprecated=") }
        let retirement = Retirement(
            path: String(path),
            deprecated: deprecated,
            sunset: try day("sunset", members),
            successor: try members["successor"].map { text throws(CommandError) in try successor(text) }
        )
        guard path.hasPrefix("/"), retirement.coversSomething else {
            throw CommandError("serve.retirements: no path of the API begins with “\(path)”: see /openapi.json.")
        }
        if let sunset = retirement.sunset, sunset < deprecated {
            throw CommandError("serve.retirements: the sunset of \(path) must not be before its deprecation.")
        }
        return retirement
    }

    /// The beginning of a day at the agencies, in POSIX seconds.
    private static func day(_ name: Substring, _ members: [Substring: Substring]) throws(CommandError) -> Int64? {
        guard let text = members[name] else { return nil }
        guard let day = Day(text) else { throw malformed("“\(text)” is no day") }
        return LocalTime(day).posix
    }

    /// It stands between angle brackets in a field of the answer.
    private static func successor(_ text: Substring) throws(CommandError) -> String {
        guard text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), !text.contains(where: { "<>\"".contains($0) }),
            text.hasPrefix("/") || URL(string: String(text))?.host() != nil
        else {
            throw CommandError(
                "serve.retirements: successor must be an address or a path, such as https://credit.example.org/v2."
            )
        }
        return String(text)
    }

    private static func malformed(_ reason: String) -> CommandError {
        CommandError(
            "serve.retirements: \(reason); it holds PATH deprecated=DAY [sunset=DAY] [successor=ADDRESS], with commas between "
                + "several, such as “/v1/match deprecated=2027-01-01 sunset=2027-07-01”."
        )
    }

    /// Origins with commas between them.
    /// - Throws: ``CommandError`` where one is no site, such as `*`.
    static func origins(_ text: String) throws(CommandError) -> Set<WebOrigin> {
        var origins: Set<WebOrigin> = []
        for part in text.split(separator: ",") {
            let text = part.trimmingCharacters(in: .whitespaces)
            guard let origin = WebOrigin(text) else {
                throw CommandError(
                    "serve.allowedOrigins: “\(text)” is no site as browsers name one, such as https://console.example.org "
                        + "or https://example.org:8443: https (http only at localhost), in small letters, without a path; * is "
                        + "never allowed."
                )
            }
            origins.insert(origin)
        }
        return origins
    }
}
