internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import Foundation
internal import NameSearch
internal import Search
internal import ServiceKit
internal import Signing

/// Finds candidates for what is known of enterprises: `suixin match FILE` or `suixin match --name NAME …`.
struct MatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "match",
        abstract: "Find candidates for what is known of an enterprise, each with a confidence and its reasons.",
        discussion: """
            FILE holds a JSON object a line, with some of the members name, code, legalRepresentative, address, district and
            industry; with it the output is an object a line, in the same order. A confidence lies between 1 and 10; a grade
            says for each field whether it is the same (A), similar (B), different (F) or missing (Z).
            A candidate is no identity: nothing is joined.
            """
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "A file with a query a line.")
    var file: String?
    @Option(help: "The name, present or former.")
    var name: String?
    @Option(help: "A code: 统一社会信用代码, 组织机构代码, 注册号 or 纳税人识别号.")
    var code: String?
    @Option(help: "The legal representative.")
    var legalRepresentative: String?
    @Option(help: "The address.")
    var address: String?
    @Option(help: "The district, by its code.")
    var district: String?
    @Option(help: "The industry, by its code.")
    var industry: String?
    @Option(help: "How many candidates a query.")
    var limit = 5
    @Option(name: .customLong("lang"), help: "The language of the reasons: zh or en.")
    var language: String = "zh"

    private static let batch = 500
    private static let longestLine = 64 * 1024

    private var query: MatchQuery {
        MatchQuery(
            name: name,
            code: code,
            representative: legalRepresentative,
            address: address,
            district: district,
            industry: industry
        )
    }

    func validate() throws {
        guard 1...100 ~= limit else { throw ValidationError("--limit must lie between 1 and 100.") }
        guard Language(rawValue: language) != nil else { throw ValidationError("--lang must be zh or en.") }
        if file != nil {
            guard query == MatchQuery() else { throw ValidationError("Give FILE, or --name and so on, not both.") }
        } else {
            guard query.canBeFound else { throw ValidationError("Give FILE, --name or --code.") }
        }
    }

    func run() async throws {
        let installation = try await Installation(common.settings(), for: .reading)
        let search = EnterpriseSearch(store: installation.store)
        let words = Language(rawValue: language) ?? .chinese
        if let file { return try match(file: file, search, words) }
        let found = try search.match([query], limit: limit)[0]
        if common.json {
            Terminal.print(json: Self.json(found))
        } else {
            for candidate in found { Terminal.print(candidate.text(words)) }
        }
        guard found.isEmpty else { return }
        throw CommandError("No enterprise is like that. That is no clean record.", exit: .nothingFound)
    }

    private func match(file: String, _ search: EnterpriseSearch, _ words: Language) throws {
        let reader = try LineReader(path: file, limit: Self.longestLine)
        var number = 0
        var queries: [MatchQuery] = []
        func answer() throws {
            let limit = limit
            let found = try queries.parallelMap(width: ProcessInfo.processInfo.activeProcessorCount) {
                try search.match([$0], limit: limit)[0]
            }
            for candidates in found {
                if common.json {
                    Terminal.print(json: Self.json(candidates))
                } else {
                    Terminal.print(candidates.first?.text(words) ?? "-")
                }
            }
            queries = []
        }
        while let line = try reader.next() {
            number += 1
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            queries.append(try Self.query(line, number, of: file))
            if queries.count == Self.batch { try answer() }
        }
        try answer()
    }

    private static func query(_ line: [UInt8], _ number: Int, of file: String) throws(CommandError) -> MatchQuery {
        do throws(MatchQueryFault) {
            guard let json = try? JSONValue(parsing: line) else { throw .noObject }
            return try MatchQuery(json: json)
        } catch {
            let place = "\(file), line \(number)"
            switch error {
            case .noObject: throw CommandError("\(place), is no JSON object.")
            case .noText(let member): throw CommandError("\(place): \(Terminal.plain(member)) must be a text.")
            case .unknown(let member):
                throw CommandError(
                    "\(place): there is no member \(Terminal.plain(member)); there are "
                        + "\(MatchQuery.members.joined(separator: ", "))."
                )
            case .nothing: throw CommandError("\(place), has neither name nor code.")
            }
        }
    }

    private static func json(_ candidates: [MatchCandidate]) -> JSONValue {
        .object([
            "rule": .string(MatchRule.standard.version), "candidates": .array(candidates.map(\.json)),
        ])
    }
}

extension MatchCandidate {
    fileprivate func text(_ language: Language) -> String {
        let reasons = verdict.findings.filter { $0.grade != .missing }.map {
            "\($0.grade.rawValue) \(language.word($0.chinese, $0.english))"
        }
        let title = "\(verdict.confidence)  \(id.text)  \(Terminal.plain(name ?? matched ?? "-"))"
        return ([title] + reasons.map { "    " + $0 }).joined(separator: "\n")
    }
}
