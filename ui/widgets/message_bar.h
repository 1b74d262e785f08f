// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include <QFrame>
#include <QString>

#include "core/base/result.h"

class QLabel;
class QTimer;
class QVBoxLayout;

namespace fieldmark {

/// One line for the message bar. `detail` is shown on demand; `actions` are buttons.
struct Message {
    enum class Kind { Information, Warning, Error, Positive };
    struct Action {
        QString text;
        std::function<void()> run;
    };
    Kind kind = Kind::Information;
    QString text;
    QString detail = {};
    std::vector<Action> actions = {};
    /// A message with the id of one that is shown takes its place instead of stacking.
    QString id = {};
    int seconds = 0;  ///< closes by itself after so long; 0: stays
    std::function<void()> dismissed =
        {};  ///< it went away without an action: by the user, by time, by another
};

Message message_of(const Error& error);

/// Messages at the top of the window's centre: non-modal, at most three, latest on top. Icon, colour and
/// words say the kind, never colour alone. Esc (while inside) or the cross closes one. UI thread.
class MessageBar : public QWidget {
    Q_OBJECT
  public:
    static constexpr int max_messages = 3;

    explicit MessageBar(QWidget* parent = nullptr);
    ~MessageBar() override;
    void show_message(const Message& message);
    void show_error(const Error& error) { show_message(message_of(error)); }
    void remove(const QString& id);  ///< without calling `dismissed`
    /// The latest closes; false if there was none.
    bool close_latest();
    void close_all();
    int count() const { return int(m_strips.size()); }

  private:
    class Strip;
    void close(Strip* strip, bool tell);

    QVBoxLayout* m_layout;
    std::vector<Strip*> m_strips;  ///< latest first; children
};

}  // namespace fieldmark
