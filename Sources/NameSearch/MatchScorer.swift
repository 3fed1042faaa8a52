package import CreditModel
internal import Normalisation

/// Compares a query with cards: a pure function of both, of the codes and of the rule.
package struct MatchScorer {
    private let query: MatchQuery
    private let rule: MatchRule
    private let name: NameParts?
    /// The code that was asked for.
    package let code: AskedCode?
    private let facts: FactComparison

    /// A scorer of one query.
    package init(_ query: MatchQuery, rule: MatchRule = .standard) {
        self.query = query
        self.rule = rule
        let name = query.name.map { NameParts($0) }
        self.name = name?.folded.isEmpty == false ? name : nil
        code = query.code.flatMap { AskedCode($0) }
        facts = FactComparison(query)
    }

    /// How a card answers.
    ///
    /// - Parameters:
    ///   - card: The candidate's.
    ///   - codes: The codes that lead to the candidate; those that others are given, too, are marked.
    /// - Returns: Grades, reasons and how sure it is.
    package func verdict(on card: SearchCard, codes: [(text: String, isContested: Bool)]) -> MatchVerdict {
        let (nameFinding, relation, level, index) = compareNames(card)
        let findings = [
            nameFinding, code?.finding(among: codes) ?? Self.notAsked(.code), facts.representative(card),
            facts.address(card), facts.district(card), facts.industry(card),
        ]
        let grades = Dictionary(findings.map { ($0.field, $0.grade) }) { $1 }
        let steps = rule.halfSteps(level, grades)
        return MatchVerdict(
            confidence: min(10, max(1, steps / 2)),
            findings: findings,
            name: index,
            isRelated: relation != nil && relation != .different || [.same, .similar].contains(grades[.code]),
            weight: steps * 100 + level.rawValue * 10 + grades.values.map(\.rank).reduce(0, +)
        )
    }

    static func notAsked(_ field: MatchField) -> MatchFinding {
        MatchFinding(field, .missing, "未提供\(field.chinese)", "no \(field.english) was given")
    }

    static func unknown(_ field: MatchField) -> MatchFinding {
        MatchFinding(field, .missing, "该企业的\(field.chinese)未知", "the \(field.english) is not known")
    }

    // MARK: Names

    private func compareNames(
        _ card: SearchCard
    ) -> (MatchFinding, NameRelation?, MatchRule.NameLevel, Int?) {
        guard let name else { return (Self.notAsked(.name), nil, .missing, nil) }
        var best: (relation: NameRelation, level: MatchRule.NameLevel, index: Int)?
        for (index, other) in card.names.enumerated() {
            let relation = NameRelation(name, NameParts(other.text))
            let level = relation.level(of: other.kind)
            if level > best?.level ?? .different || best == nil { best = (relation, level, index) }
        }
        guard let best else { return (Self.unknown(.name), nil, .missing, nil) }
        let isFormer = card.names[best.index].kind == .former
        let (chinese, english) = best.relation.words
        let finding = MatchFinding(
            .name,
            best.relation.grade,
            isFormer ? "\(chinese)（曾用名）" : chinese,
            isFormer ? "\(english) (a former name)" : english
        )
        return (finding, best.relation, best.level, best.index)
    }
}

extension NameRelation {
    /// A same, B similar, F different.
    package var grade: MatchGrade {
        switch self {
        case .same: .same
        case .variant, .regionLeftOut, .form, .shortened, .homophone, .oneCharacter: .similar
        case .region, .ordinal, .series, .parent, .branch, .different: .different
        }
    }

    fileprivate func level(of kind: SearchCard.NameKind) -> MatchRule.NameLevel {
        switch self {
        case .same: kind == .former ? .formerly : .same
        case .variant, .regionLeftOut, .form: kind == .former ? .shortened : .close
        case .shortened: .shortened
        case .homophone, .oneCharacter: .near
        case .region, .ordinal, .series, .parent, .branch, .different: .different
        }
    }

    fileprivate var words: (String, String) {
        switch self {
        case .same: ("名称相同", "the names are the same")
        case .variant: ("名称仅有异体字或数字写法之别", "the names differ only in how a character or number is written")
        case .regionLeftOut: ("名称相同，但一方未写行政区划", "the names are the same, but one leaves out the region")
        case .form: ("字号与行业相同，组织形式不同", "the names differ only in the legal form")
        case .shortened: ("一方名称是另一方的开头部分", "one name is the beginning of the other")
        case .homophone: ("名称有同音异字", "the names differ in a character that sounds the same")
        case .oneCharacter: ("名称相差一个字", "the names differ in one character")
        case .region: ("行政区划不同，不是同一企业的名称", "the names are of different regions")
        case .ordinal: ("序号不同，不是同一企业的名称", "the names have different ordinals")
        case .series: ("方位或序列字不同，不是同一企业的名称", "the names differ in a direction or a place in a series")
        case .parent: ("一方是分支机构，另一方不是", "one name is a branch's, the other is not")
        case .branch: ("不是同一分支机构", "the names are of different branches")
        case .different: ("名称不同", "the names are different")
        }
    }
}

extension MatchField {
    var chinese: String {
        switch self {
        case .name: "名称"
        case .code: "代码"
        case .representative: "法定代表人"
        case .address: "住所"
        case .district: "行政区划"
        case .industry: "行业"
        }
    }

    var english: String { self == .representative ? "legal representative" : rawValue }
}
