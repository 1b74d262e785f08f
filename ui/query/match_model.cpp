// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/query/match_model.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <QMimeData>
#include <QUrl>

#include "ui/query/query_drop.h"
#include "ui/widgets/text.h"

namespace fieldmark {

MatchModel::MatchModel(QObject* parent) : QAbstractListModel(parent) {}

void MatchModel::setMatches(std::vector<Match> matches) {
    // An item is one row; one that was removed while the search ran (id 0) is none.
    std::unordered_set<ItemId> wanted;
    std::erase_if(matches, [&](const Match& match) {
        return match.row.item.id == 0 || !wanted.insert(match.row.item.id).second;
    });

    for (int last = rowCount() - 1; last >= 0;) {
        if (wanted.contains(m_matches[static_cast<std::size_t>(last)].row.item.id)) {
            --last;
            continue;
        }
        int first = last;
        while (first > 0 && !wanted.contains(m_matches[static_cast<std::size_t>(first - 1)].row.item.id))
            --first;
        beginRemoveRows({}, first, last);
        m_matches.erase(m_matches.begin() + first, m_matches.begin() + last + 1);
        endRemoveRows();
        last = first - 1;
    }

    // What stays is brought into the new order at once; persistent indexes follow their item.
    std::unordered_map<ItemId, int> order;
    for (const Match& match : matches) order.emplace(match.row.item.id, static_cast<int>(order.size()));
    const auto by_order = [&](const Match& a, const Match& b) {
        return order.at(a.row.item.id) < order.at(b.row.item.id);
    };
    if (!std::is_sorted(m_matches.begin(), m_matches.end(), by_order)) {
        Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
        const QModelIndexList before = persistentIndexList();
        std::vector<ItemId> items;
        items.reserve(static_cast<std::size_t>(before.size()));
        for (const QModelIndex& one : before)
            items.push_back(m_matches[static_cast<std::size_t>(one.row())].row.item.id);
        std::sort(m_matches.begin(), m_matches.end(), by_order);
        QModelIndexList after;
        for (const ItemId item : items) after += index(rowOf(item));
        changePersistentIndexList(before, after);
        Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
    }

    for (std::size_t at = 0; at < matches.size();) {
        if (at < m_matches.size() && m_matches[at].row.item.id == matches[at].row.item.id) {
            ++at;
            continue;
        }
        std::size_t end = at;
        const ItemId next = at < m_matches.size() ? m_matches[at].row.item.id : 0;
        while (end < matches.size() && matches[end].row.item.id != next) ++end;
        beginInsertRows({}, static_cast<int>(at), static_cast<int>(end) - 1);
        const auto offset = static_cast<std::ptrdiff_t>(at);
        m_matches.insert(m_matches.begin() + offset, matches.begin() + offset,
                         matches.begin() + static_cast<std::ptrdiff_t>(end));
        endInsertRows();
        at = end;
    }

    m_matches = std::move(matches);
    if (!m_matches.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

void MatchModel::updateRows(const std::vector<ItemRow>& rows) {
    for (const ItemRow& row : rows) {
        const int at = rowOf(row.item.id);
        if (at < 0) continue;
        m_matches[static_cast<std::size_t>(at)].row = row;
        Q_EMIT dataChanged(index(at), index(at));
    }
}

void MatchModel::setOfflineCollections(const std::set<CollectionId>& collections) {
    if (m_offline == collections) return;
    m_offline = collections;
    if (!m_matches.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1), {OfflineRole});
}

void MatchModel::setCalibration(const std::optional<Calibration>& calibration, const std::string& field) {
    if (m_calibration == calibration && m_calibration_field == field) return;
    m_calibration = calibration;
    m_calibration_field = field;
    if (!m_matches.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

void MatchModel::clear() {
    if (m_matches.empty()) return;
    beginResetModel();
    m_matches.clear();
    endResetModel();
}

const Match* MatchModel::match(int row) const {
    return row >= 0 && row < rowCount() ? &m_matches[static_cast<std::size_t>(row)] : nullptr;
}

int MatchModel::rowOf(ItemId item) const {
    const auto found = std::find_if(m_matches.begin(), m_matches.end(),
                                    [item](const Match& match) { return match.row.item.id == item; });
    return found == m_matches.end() ? -1 : static_cast<int>(found - m_matches.begin());
}

int MatchModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_matches.size());
}

QVariant MatchModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const Match& match = m_matches[static_cast<std::size_t>(index.row())];
    const ItemRow& row = match.row;
    switch (role) {
        case Qt::DisplayRole:
        case TitleRole:
            return Text::title(row);
        case SubtitleRole: {
            const QString name = Text::file_name(row.item.path);
            return row.collection.empty()
                       ? name
                       : tr("%1 · %2", "file name, collection").arg(name, Text::display_name(row.collection));
        }
        case Qt::ToolTipRole: {
            const QString text = tr("%1\n%2\nrank %3, score %4")
                                     .arg(Text::title(row), Text::display_name(row.absolute_path),
                                          Text::count(match.rank), Text::score(match.score));
            if (!m_calibration) return text;
            return text + QLatin1Char('\n') + probability_text(match);
        }
        case Qt::AccessibleTextRole:
            if (!m_calibration) return Text::spoken(match);
            return tr("%1, %2", "a match, its probability").arg(Text::spoken(match), probability_text(match));
        case ProbabilityRole:
            return m_calibration ? m_calibration->probability(match.score) : -1.0;
        case ItemIdRole:
            return static_cast<qint64>(row.item.id);
        case LoadedRole:
            return true;
        case RankRole:
            return match.rank;
        case ScoreRole:
            return match.score;
        case StateRole:
            return static_cast<int>(row.item.state);
        case ErrorTextRole:
            return Text::display_name(row.item.error_text);
        case OfflineRole:
            return m_offline.contains(row.item.collection);
        case AbsolutePathRole:
            return QByteArray::fromStdString(row.absolute_path);
        case RowRole:
            return QVariant::fromValue(row);
        default:
            return {};
    }
}

QString MatchModel::probability_text(const Match& match) const {
    return tr("the same %1 with a probability of %2", "name of a field, percentage")
        .arg(Text::display_name(m_calibration_field), Text::percent(m_calibration->probability(match.score)));
}

QHash<int, QByteArray> MatchModel::roleNames() const {
    auto names = QAbstractListModel::roleNames();
    names.insert(ItemIdRole, "item");
    names.insert(TitleRole, "title");
    names.insert(SubtitleRole, "subtitle");
    names.insert(RankRole, "rank");
    names.insert(ScoreRole, "score");
    return names;
}

Qt::ItemFlags MatchModel::flags(const QModelIndex& index) const {
    return index.isValid()
               ? QAbstractListModel::flags(index) | Qt::ItemIsDragEnabled | Qt::ItemNeverHasChildren
               : Qt::NoItemFlags;
}

QStringList MatchModel::mimeTypes() const {
    return {QueryDropReader::items_mime_type(), QStringLiteral("text/uri-list")};
}

QMimeData* MatchModel::mimeData(const QModelIndexList& indexes) const {
    std::vector<ItemId> ids;
    QList<QUrl> urls;
    for (const QModelIndex& one : indexes) {
        const Match* dragged = match(one.row());
        if (dragged == nullptr) continue;
        ids.push_back(dragged->row.item.id);
        urls += Text::url_of(dragged->row.absolute_path);
    }
    if (ids.empty()) return nullptr;
    auto* mime = new QMimeData;
    mime->setData(QueryDropReader::items_mime_type(), QueryDropReader::encode_items(ids));
    mime->setUrls(urls);
    return mime;
}

}  // namespace fieldmark
